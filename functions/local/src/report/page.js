"use strict";
(() => {
  const incidents = JSON.parse(document.getElementById("data").textContent);
  const body = document.getElementById("rows");
  const rows = incidents.map((_, at) => document.getElementById("r" + at));
  const texts = rows.map((row, at) =>
    (row.textContent + " " + document.getElementById("t" + at).content.textContent).toLowerCase());
  const BUCKET = 300000;

  // Elements, made and never parsed: what they say is text.
  const NAMES = "http://www.w3.org/2000/svg";
  const make = (tag, attributes = {}, ...children) => {
    const svg = ["svg", "g", "rect", "line", "path", "text", "title", "desc"].includes(tag);
    const element = svg ? document.createElementNS(NAMES, tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  // Figures.
  const bytes = (count) => {
    const units = ["B", "kB", "MB", "GB", "TB", "PB"];
    let at = 0;
    while (count >= 999.5 && at + 1 < units.length) { count /= 1000; at += 1; }
    return (at === 0 || count >= 99.95 ? count.toFixed(0) : count >= 9.995 ? count.toFixed(1) : count.toFixed(2)) + " " + units[at];
  };
  const utc = (ms) => new Date(ms).toISOString().slice(0, 16).replace("T", " ");
  const clock = (ms) => utc(ms).slice(11);
  const sum = (list) => list.reduce((all, one) => all + one, 0);
  const severities = ["", "info", "low", "medium", "high", "critical"];

  // Sorting and filtering.
  let order = incidents.map((_, at) => at);
  const headings = [...document.querySelectorAll("#list th[data-key]")];
  const put = () => {
    const pieces = document.createDocumentFragment();
    for (const at of order) {
      pieces.append(rows[at]);
      if (rows[at].detail) pieces.append(rows[at].detail);
    }
    body.append(pieces);
  };
  const sort = (heading) => {
    const key = heading.dataset.key;
    const before = heading.getAttribute("aria-sort");
    const first = ["title", "entity", "kernel"].includes(key) ? "ascending" : "descending";
    const now = before ? (before === "ascending" ? "descending" : "ascending") : first;
    for (const other of headings) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", now);
    const sign = now === "ascending" ? 1 : -1;
    order.sort((a, b) => {
      const [x, y] = [incidents[a][key], incidents[b][key]];
      return (x < y ? -sign : x > y ? sign : 0) || a - b;
    });
    put();
  };
  for (const heading of headings) {
    const button = make("button", { type: "button" }, heading.textContent);
    button.addEventListener("click", () => sort(heading));
    heading.replaceChildren(button);
  }
  const [text, severity, kernel] = ["text", "severity", "kernel"].map((id) => document.getElementById(id));
  const filter = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    incidents.forEach((incident, at) => {
      const fits = incident.severity >= Number(severity.value) && (!kernel.value || incident.kernel === kernel.value) &&
        words.every((word) => texts[at].includes(word));
      rows[at].hidden = !fits;
      if (rows[at].detail) rows[at].detail.hidden = !fits || !isOpen(at);
      shown += fits;
    });
    document.getElementById("shown").textContent = shown + " of " + incidents.length + " shown";
    document.getElementById("none").hidden = shown > 0 || incidents.length === 0;
  };
  for (const field of [text, severity, kernel]) field.addEventListener("input", filter);

  // Opening.
  const button = (at) => rows[at].querySelector(".open");
  const isOpen = (at) => button(at).getAttribute("aria-expanded") === "true";
  const open = (at, is) => {
    button(at).setAttribute("aria-expanded", String(is));
    if (is && !rows[at].detail) {
      const detail = make("tr", { class: "detail", id: "d" + at }, make("td", { colspan: headings.length }, story(at)));
      rows[at].detail = detail;
      rows[at].after(detail);
    }
    if (rows[at].detail) rows[at].detail.hidden = !is || rows[at].hidden;
  };
  rows.forEach((_, at) => button(at).addEventListener("click", () => open(at, !isOpen(at))));
  document.getElementById("close").addEventListener("click", () => rows.forEach((_, at) => open(at, false)));

  const story = (at) => {
    const words = document.getElementById("t" + at).content.cloneNode(true);
    const title = words.querySelector("h3");
    const rest = make("div", { class: "words" });
    title.remove();
    rest.append(words);
    return make("article", { class: "story", "aria-label": incidents[at].title }, title, plots(incidents[at]), rest);
  };

  // Plots.
  const plots = (incident) => {
    const box = make("div", { class: "plots" });
    if (incident.buckets.length > 1) box.append(timeline(incident));
    if (incident.balance && incident.buckets.length > 1) {
      for (const { title, above, below, into, out } of incident.balance) box.append(balance(incident, title, above, below, into, out));
    }
    if (incident.countries.length) box.append(countries(incident));
    return box;
  };
  // Plots that stand side by side are drawn narrower, so that their words are not scaled down.
  const WIDE = 900, HALF_WIDE = 520, LEFT = 74, RIGHT = 14;
  const frame = (W, height, title, description) => {
    const id = "p" + (frame.count = (frame.count || 0) + 1);
    return make("svg", { viewBox: "0 0 " + W + " " + height, role: "img", "aria-labelledby": id + "t " + id + "d" },
      make("title", { id: id + "t" }, title), make("desc", { id: id + "d" }, description));
  };
  // A table with the same numbers, made when it is asked for.
  const table = (caption, heads, lines) => {
    const details = make("details", { class: "figures" }, make("summary", {}, "The numbers as a table"));
    details.addEventListener("toggle", () => {
      if (details.children.length > 1) return;
      const cells = (tag, line) => line.map((one, at) =>
        at === 0 ? make("th", { scope: tag === "th" ? "col" : "row" }, one) : make(tag, tag === "th" ? { scope: "col", class: "figure" } : { class: "figure" }, one));
      details.append(make("div", { class: "wide", tabindex: "0", role: "group", "aria-label": caption },
        make("table", {}, make("caption", {}, caption),
          make("thead", {}, make("tr", {}, ...cells("th", heads))),
          make("tbody", {}, ...lines().map((line) => make("tr", {}, ...cells("td", line)))))));
    });
    return details;
  };
  const starts = (incident) => incident.buckets.map((bucket) => bucket * BUCKET);
  const scale = (incident, W) => {
    const times = starts(incident);
    const from = times[0], to = times[times.length - 1] + BUCKET;
    const x = (ms) => LEFT + (Math.min(Math.max(ms, from), to) - from) / (to - from) * (W - LEFT - RIGHT);
    return { from, to, x, W };
  };
  const hours = (svg, { from, to, x, W }, bottom) => {
    const steps = [300000, 900000, 1800000, 3600000, 7200000, 10800000, 21600000, 43200000, 86400000, 604800000];
    const step = steps.find((one) => (to - from) / one <= W / 100) || steps[steps.length - 1];
    for (let ms = Math.ceil(from / step) * step; ms <= to; ms += step) {
      const label = step >= 21600000 ? utc(ms).slice(5) : clock(ms);
      svg.append(make("line", { class: "axis", x1: x(ms), x2: x(ms), y1: bottom, y2: bottom + 4 }));
      if (x(ms) > LEFT + 10 && x(ms) < W - 40) svg.append(make("text", { class: "faint", x: x(ms), y: bottom + 17, "text-anchor": "middle" }, label));
    }
  };
  const word = (severity) => severity === 0 ? "over" : severities[severity];
  const timeline = (incident) => {
    const { out, into, usual, told } = incident;
    const times = starts(incident);
    const most = Math.max(...out, usual ? usual[2] : 0, 1);
    // Where the usual would be no more than a line on the floor, each step is ten times the one below.
    const log = Boolean(usual) && usual[2] > 0 && most > 20 * usual[2];
    const low = log ? Math.max(1, Math.max(usual[0], usual[2] / 100) / 10) : 0;
    const TOP = 26, BOTTOM = 226, W = WIDE, place = scale(incident, W), { x } = place;
    const share = (value) => log ? Math.max(0, Math.log(value / low)) / Math.log(most / low) : value / most;
    const y = (value) => BOTTOM - (value > 0 ? share(value) : 0) * (BOTTOM - TOP);
    const band = usual ? "Usual: p50 " + bytes(usual[0]) + ", p90 " + bytes(usual[1]) + ", p99 " + bytes(usual[2]) + "." : "No history to compare with.";
    const words = "From " + utc(place.from) + " to " + utc(place.to) + " UTC between " + bytes(Math.min(...out)) + " and " + bytes(Math.max(...out)) +
      " left every five minutes. " + band + " Told " + told.map((one) => utc(one[0]) + " (" + word(one[3]) + ")").join(", ") + ".";
    const svg = frame(W, 252, "External egress in five minutes against what is usual", words);
    if (usual) {
      [["band99", usual[2]], ["band90", usual[1]], ["band50", usual[0]]].forEach(([name, value]) =>
        svg.append(make("rect", { class: name, x: LEFT, y: y(value), width: W - LEFT - RIGHT, height: BOTTOM - y(value) })));
    }
    for (const [, start, end] of told) {
      const width = x(end) - x(start);
      if (width > 0) svg.append(make("rect", { class: "span", x: x(start), y: TOP, width, height: BOTTOM - TOP }));
    }
    for (let step = 0; step <= 4; step += 1) {
      const value = log ? low * Math.pow(most / low, step / 4) : most * step / 4;
      const at = BOTTOM - (BOTTOM - TOP) * step / 4;
      svg.append(make("line", { class: "grid", x1: LEFT, x2: W - RIGHT, y1: at, y2: at }),
        make("text", { class: "faint", x: LEFT - 6, y: at + 4, "text-anchor": "end" }, bytes(value)));
    }
    if (usual) {
      let above = Infinity;
      [["p50", usual[0]], ["p90", usual[1]], ["p99", usual[2]]].forEach(([name, value]) => {
        svg.append(make("line", { class: "usual", x1: LEFT, x2: W - RIGHT, y1: y(value), y2: y(value) }));
        if (above - y(value) < 11) return;
        above = y(value);
        svg.append(make("text", { class: "faint", x: W - RIGHT - 4, y: y(value) - 2, "text-anchor": "end" }, name));
      });
    }
    let path = "";
    times.forEach((ms, at) => {
      const gap = at === 0 || ms - times[at - 1] > BUCKET;
      path += (gap ? "M" : "L") + x(ms).toFixed(1) + " " + y(out[at]).toFixed(1) + "L" + x(ms + BUCKET).toFixed(1) + " " + y(out[at]).toFixed(1);
    });
    svg.append(make("path", { class: "line", d: path }));
    let labelled = -Infinity;
    for (const [ms, , , severity] of told) {
      const at = x(ms), end = at > W - 120;
      svg.append(make("line", { class: "mark", x1: at, x2: at, y1: TOP - 8, y2: BOTTOM }),
        make("path", { class: "flag", d: "M" + (at - 5) + " " + (TOP - 16) + "h10l-5 9z" }));
      // A flag that stands close behind another has no room for words; the text above names all.
      if (at - labelled > 120) {
        labelled = at;
        svg.append(make("text", { x: end ? at - 8 : at + 8, y: TOP - 8, "text-anchor": end ? "end" : "start" }, "told: " + word(severity)));
      }
    }
    hours(svg, place, BOTTOM);
    return make("figure", {}, make("figcaption", {}, "Egress against its baseline"),
      make("p", {}, "Line: external bytes out in five minutes" + (log ? ", on a logarithmic scale" : "") + ". " +
        (usual ? "Bands: up to p50, p90 and p99 of its usual. " : "") + "Shaded: evidence of a report; flag: when it was told. " + band),
      svg, table("External bytes in five minutes", ["Start (UTC)", "Out", "In"],
        () => times.map((ms, at) => [utc(ms), bytes(out[at]), bytes(into[at])])));
  };
  const balance = (incident, title, above, below, up, down) => {
    const times = starts(incident), W = HALF_WIDE, place = scale(incident, W), { x } = place;
    const most = Math.max(...up, ...down, 1), MIDDLE = 100, HALF = 82;
    const [all, left] = [sum(up), sum(down)];
    const words = above + ": " + bytes(all) + ". " + below + ": " + bytes(left) + "." +
      (all > 0 ? " " + (left / all).toFixed(2) + " bytes out for each byte in." : "");
    const svg = frame(W, 210, title, words + " A relay stores nothing: both sides mirror each other.");
    times.forEach((ms, at) => {
      const width = Math.max(0.5, x(ms + BUCKET) - x(ms) - 0.5);
      const bar = (name, value, y) => value > 0 && svg.append(make("rect", { class: name, x: x(ms), y: y, width, height: value / most * HALF }));
      bar("in", up[at], MIDDLE - up[at] / most * HALF);
      bar("out", down[at], MIDDLE);
    });
    svg.append(make("line", { class: "axis", x1: LEFT, x2: W - RIGHT, y1: MIDDLE, y2: MIDDLE }),
      make("text", { class: "faint", x: LEFT - 6, y: MIDDLE - HALF + 4, "text-anchor": "end" }, bytes(most)),
      make("text", { class: "faint", x: LEFT - 6, y: MIDDLE + 4, "text-anchor": "end" }, "0"),
      make("text", { class: "faint", x: LEFT - 6, y: MIDDLE + HALF + 4, "text-anchor": "end" }, bytes(most)),
      make("text", { x: LEFT + 4, y: 14 }, above), make("text", { x: LEFT + 4, y: MIDDLE + HALF + 4 }, below));
    hours(svg, place, MIDDLE + HALF + 5);
    return make("figure", {}, make("figcaption", {}, title), make("p", {}, words), svg,
      table(title + ", payload in five minutes", ["Start (UTC)", "In", "Out"], () => times.map((ms, at) => [utc(ms), bytes(up[at]), bytes(down[at])])));
  };
  const countries = (incident) => {
    const W = HALF_WIDE, known = incident.countries.slice(0, 8);
    if (known.every(([code]) => !code)) {
      return make("p", {}, "Of the remotes no country is known: --intel takes a country.mmdb.");
    }
    const name = (code) => code || "not known";
    const most = Math.max(...known.map(([, out, into]) => out + into), 1);
    const words = known.map(([code, out, into]) => name(code) + ": " + bytes(out) + " out, " + bytes(into) + " in").join("; ") + ".";
    const svg = frame(W, 14 + 26 * known.length, "Remotes of the reports by country", words);
    known.forEach(([code, out, into], at) => {
      const y = 10 + 26 * at, room = W - LEFT - 190;
      const first = out / most * room, second = into / most * room;
      svg.append(make("text", { x: LEFT - 6, y: y + 13, "text-anchor": "end" }, name(code)),
        make("rect", { class: "out", x: LEFT, y, width: first, height: 16 }),
        make("rect", { class: "in", x: LEFT + first, y, width: second, height: 16 }),
        make("text", { class: "faint", x: LEFT + first + second + 8, y: y + 13 }, bytes(out) + " out, " + bytes(into) + " in"));
    });
    return make("figure", {}, make("figcaption", {}, "Countries of the remotes that the reports name"),
      make("p", {}, words), svg);
  };

  // On paper nothing can be opened: what the filter shows is, as far as that is reasonable.
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = order.filter((at) => !rows[at].hidden && !isOpen(at));
    if (opened.length > 60) opened = [];
    opened.forEach((at) => open(at, true));
  });
  window.addEventListener("afterprint", () => opened.forEach((at) => open(at, false)));

  document.getElementById("filters").hidden = false;
  filter();
})();
