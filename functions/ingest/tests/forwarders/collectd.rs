//! collectd: counters of interfaces by `write_http`, as docs/forwarders/collectd.md configures it.

use crate::lane::{Lane, TOKEN, installed, run};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs forwarders: tests/forwarders/run.sh"]
async fn counters_of_collectd_arrive_and_go_on_after_a_refusal() {
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
    // The batch that is refused is lost, and its totals are in the next.
    lane.mend_after_a_refusal().await;
    lane.until("a batch", |url| !url.answered(200).is_empty()).await;
    assert!(Lane::taken(&lane.url, "records") > 0, "{:?}", lane.url.answered(200));
    let documents = lane.cloud.documents().await;
    assert!(documents.iter().any(|(key, _)| key.contains("/host/web-1 ")), "{documents:?}");
    assert_eq!(Lane::taken(&lane.url, "rejected"), 0, "{:?}", lane.url.answered(200));
    // Errors, packets and dropped ones are no bytes.
    assert!(Lane::taken(&lane.url, "unused") > 0, "{:?}", lane.url.answered(200));
}
