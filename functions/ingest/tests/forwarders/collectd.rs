//! collectd: counters of interfaces by `write_http`, as docs/forwarders/collectd.md configures it.

use crate::lane::{Lane, TOKEN, installed, run};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs forwarders: tests/forwarders/run.sh"]
async fn counters_of_collectd_arrive_and_what_has_no_bytes_is_of_no_use() {
    let lane = Lane::start("collectd").await;
    let (Some(program), Some(root)) = (installed("bin/collectd"), installed("root/usr")) else { return };
    let config = format!(
        r#"Hostname "web-1"
Interval 1
BaseDir "{folder}"
PIDFile "{folder}/pid"
TypesDB "{types}"
PluginDir "{plugins}"
LoadPlugin interface
LoadPlugin write_http
<Plugin write_http>
  <Node "weir">
    URL "{url}/"
    Format "JSON"
    StoreRates false
    BufferSize 65536
    Header "Authorization: Bearer {TOKEN}"
  </Node>
</Plugin>
"#,
        folder = lane.folder.path().display(),
        types = root.join("share/collectd/types.db").display(),
        plugins = root.join("lib/collectd").display(),
        url = lane.url.address,
    );
    let config = lane.write("collectd.conf", &config);
    let _forwarder = run(&program, &["-f", "-C", config.to_str().unwrap()]);
    // Counters change no document yet, so the store is not missed.
    lane.until("a batch", |url| !url.answered(200).is_empty()).await;
    assert!(Lane::taken(&lane.url, "not_judged") > 0, "{:?}", lane.url.answered(200));
    assert_eq!(Lane::taken(&lane.url, "rejected"), 0, "{:?}", lane.url.answered(200));
    // Errors, packets and dropped ones are no bytes.
    assert!(Lane::taken(&lane.url, "unused") > 0, "{:?}", lane.url.answered(200));
}
