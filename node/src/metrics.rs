//! What the operator sees in Prometheus: `huxin_*`, in base units, and never a label per entry or subject.
//!
//! Counters and histograms are kept here as things happen. Gauges that mirror something else (heads, partners, bytes) are
//! set when somebody scrapes; libp2p's own metrics come from its registry and are put behind ours.

use crate::fault::Fault;
use huxin_engine::Event;
use huxin_net::NetCounters;
use prometheus::{
    Encoder as _, Gauge, GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge,
    IntGaugeVec, Opts, Registry, TextEncoder,
};
use std::fmt::Write as _;

/// From 100 µs, the shortest synced write, to 10 s.
const COMMIT_BUCKETS: [f64; 14] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];
/// From 50 µs, a status from memory, to 10 s.
const HTTP_BUCKETS: [f64; 13] =
    [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 10.0];
/// By which segments come.
const ROADS: [&str; 4] = ["gossip", "sync", "disk", "own"];
/// Why a segment is refused at the door: the codes of `SegmentFault`, and of gossip that could not be taken in.
const REFUSALS: [&str; 17] = [
    "segment_not_canonical",
    "segment_shape",
    "segment_too_long",
    "foreign_federation",
    "foreign_city",
    "other_city",
    "unknown_epoch",
    "closed_epoch",
    "before_epoch",
    "crosses_epoch",
    "epoch_border",
    "gap",
    "proof",
    "checkpoint_short",
    "checkpoint_signature",
    "stale",
    "gossip_queue_full",
];
/// What a peer is blamed for most.
const BLAMES: [&str; 7] = [
    "segment_not_canonical",
    "segment_shape",
    "segment_too_long",
    "foreign_city",
    "other_city",
    "proof",
    "checkpoint_signature",
];
const GROUP_BUCKETS: [f64; 10] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 1024.0];

/// All of the node's own metrics.
pub struct Metrics {
    registry: Registry,
    pub statements_logged: IntCounter,
    pub statements_admitted: IntCounterVec,
    pub refused: IntCounterVec,
    pub segments_repeated: IntCounterVec,
    pub bodies_arrived: IntCounter,
    pub cosignatures_taken: IntCounter,
    pub cosignatures_left_out: IntCounter,
    pub evidence_found: IntCounter,
    pub epochs_opened: IntCounter,
    pub statements_abandoned: IntCounter,
    pub blamed: IntCounterVec,
    pub net_calls_lost: IntCounterVec,
    pub commit_seconds: Histogram,
    pub group_seconds: Histogram,
    pub batch_inputs: Histogram,
    pub batch_bytes: IntCounter,
    pub signatures_checked: IntCounter,
    pub signature_defects: IntCounter,
    pub requests_served: IntCounterVec,
    pub http_requests: IntCounterVec,
    pub http_problems: IntCounterVec,
    pub http_seconds: HistogramVec,
    pub head_size: IntGaugeVec,
    pub head_age: GaugeVec,
    pub head_ahead: GaugeVec,
    pub head_witnesses: IntGaugeVec,
    pub bodies_lacking: IntGaugeVec,
    pub over_quota: IntGaugeVec,
    pub slowed_by: IntGaugeVec,
    pub postponed: IntCounterVec,
    pub erased_waiting: IntGauge,
    pub erased_waiting_seconds: Gauge,
    pub erased_left: IntCounter,
    pub partner_up: IntGaugeVec,
    pub partner_round_trip: GaugeVec,
    pub queue_length: IntGaugeVec,
    pub head_seen: IntGaugeVec,
    pub clock_offset: Gauge,
    pub clock_partners: Gauge,
    pub clock_signed_ahead: Gauge,
    pub signing: Gauge,
    pub disk_free: Gauge,
    pub disk_low: Gauge,
    pub disk_full: Gauge,
    pub store_bytes: Gauge,
    pub store_verified: Gauge,
    pub store_wal_syncs: Gauge,
    pub resident_bytes: Gauge,
    pub start_time: Gauge,
}

struct Register(Registry);

impl Register {
    fn take<C: prometheus::core::Collector + Clone + 'static>(
        &self,
        made: Result<C, prometheus::Error>,
    ) -> Result<C, prometheus::Error> {
        let metric = made?;
        self.0.register(Box::new(metric.clone()))?;
        Ok(metric)
    }
    fn counter(&self, name: &str, help: &str) -> Result<IntCounter, prometheus::Error> {
        self.take(IntCounter::new(name, help))
    }
    fn counters(&self, name: &str, help: &str, labels: &[&str]) -> Result<IntCounterVec, prometheus::Error> {
        self.take(IntCounterVec::new(Opts::new(name, help), labels))
    }
    fn gauge(&self, name: &str, help: &str) -> Result<Gauge, prometheus::Error> {
        self.take(Gauge::new(name, help))
    }
    fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> Result<GaugeVec, prometheus::Error> {
        self.take(GaugeVec::new(Opts::new(name, help), labels))
    }
    fn int_gauges(&self, name: &str, help: &str, labels: &[&str]) -> Result<IntGaugeVec, prometheus::Error> {
        self.take(IntGaugeVec::new(Opts::new(name, help), labels))
    }
    fn histogram(&self, name: &str, help: &str, buckets: &[f64]) -> Result<Histogram, prometheus::Error> {
        self.take(Histogram::with_opts(HistogramOpts::new(name, help).buckets(buckets.to_vec())))
    }
}

impl Metrics {
    /// # Errors
    /// Two metrics of one name: a defect of this program that its tests find.
    pub fn new() -> Result<Self, Fault> {
        let metrics = Self::register().map_err(Fault::unexpected)?;
        metrics.begin();
        Ok(metrics)
    }

    /// Counters with labels have no sample until they are first named, and an increase from nothing to one is none for Prometheus: the
    /// first refusal, which is the one that an operator should hear of, would pass unseen. So what can be foreseen is named here.
    fn begin(&self) {
        for road in ROADS {
            self.statements_admitted.with_label_values(&[road]);
            self.segments_repeated.with_label_values(&[road]);
            for code in REFUSALS {
                self.refused.with_label_values(&[road, code]);
            }
        }
        for code in BLAMES {
            self.blamed.with_label_values(&[code]);
        }
        self.requests_served.with_label_values(&["busy"]);
        for queue in ["commands", "inputs"] {
            self.queue_length.with_label_values(&[queue]);
        }
    }

    fn register() -> Result<Self, prometheus::Error> {
        let r = Register(Registry::new());
        let http_seconds = HistogramVec::new(
            HistogramOpts::new("huxin_http_seconds", "Time until a request was answered, by route")
                .buckets(HTTP_BUCKETS.to_vec()),
            &["route"],
        );
        Ok(Self {
            statements_logged: r.counter("huxin_statements_logged_total", "Own statements signed and durable")?,
            statements_admitted: r.counters(
                "huxin_statements_admitted_total",
                "Statements of other cities that came through the door and are durable, by road",
                &["road"],
            )?,
            refused: r.counters(
                "huxin_refused_total",
                "Segments refused at the door, by road and stable code",
                &["road", "code"],
            )?,
            segments_repeated: r.counters(
                "huxin_segments_repeated_total",
                "Valid segments that held nothing new, by road",
                &["road"],
            )?,
            bodies_arrived: r.counter("huxin_bodies_arrived_total", "Bodies that came after their statements")?,
            cosignatures_taken: r.counter("huxin_cosignatures_taken_total", "Cosignatures taken up that were new")?,
            cosignatures_left_out: r.counter("huxin_cosignatures_left_out_total", "Cosignatures that did not hold")?,
            evidence_found: r
                .counter("huxin_evidence_found_total", "Contradictions of a city's log that were found")?,
            epochs_opened: r.counter("huxin_epochs_opened_total", "Key records taken that opened an epoch")?,
            statements_abandoned: r
                .counter("huxin_statements_abandoned_total", "Statements that a key record left outside their log")?,
            blamed: r.counters(
                "huxin_peers_blamed_total",
                "Acts of peers that only a broken or hostile node does",
                &["code"],
            )?,
            net_calls_lost: r.counters(
                "huxin_net_calls_lost_total",
                "Calls that the network did not take",
                &["call"],
            )?,
            commit_seconds: r.histogram("huxin_commit_seconds", "Time of one synced write", &COMMIT_BUCKETS)?,
            group_seconds: r.histogram(
                "huxin_group_seconds",
                "Time from draining a group to its last effect",
                &COMMIT_BUCKETS,
            )?,
            batch_inputs: r.histogram("huxin_batch_inputs", "Inputs made durable together", &GROUP_BUCKETS)?,
            batch_bytes: r.counter("huxin_batch_bytes_total", "Bytes of keys and values written")?,
            signatures_checked: r
                .counter("huxin_signatures_checked_total", "Own signatures of statements checked in the background")?,
            signature_defects: r.counter(
                "huxin_signature_defects_total",
                "Statements under a valid checkpoint whose own signature does not hold",
            )?,
            requests_served: r.counters(
                "huxin_requests_served_total",
                "Questions of partners answered, by answer",
                &["answer"],
            )?,
            http_requests: r.counters(
                "huxin_http_requests_total",
                "HTTP requests, by route and status",
                &["route", "status"],
            )?,
            http_problems: r.counters(
                "huxin_http_problems_total",
                "HTTP requests that were refused or failed, by route and stable code",
                &["route", "code"],
            )?,
            http_seconds: r.take(http_seconds)?,
            head_size: r.int_gauges("huxin_head_size", "Statements held of a city's log", &["city"])?,
            head_age: r.gauges("huxin_head_age_seconds", "Age of a city's newest own cosignature", &["city"])?,
            head_ahead: r.gauges(
                "huxin_head_ahead_seconds",
                "How far a city's newest own cosignature lies ahead of this node's clock",
                &["city"],
            )?,
            head_seen: r.int_gauges(
                "huxin_head_seen",
                "1 while a sign of life of a city, by its keys in force, is held; such a city has an age",
                &["city"],
            )?,
            clock_offset: r.gauge(
                "huxin_clock_offset_seconds",
                "How far this node's clock is ahead of its partners' by their median, below 0 behind; 0 before any has answered",
            )?,
            clock_partners: r.gauge("huxin_clock_partners", "Partner cities that this node's clock was compared with")?,
            clock_signed_ahead: r.gauge(
                "huxin_clock_signed_ahead_seconds",
                "How far the latest signature of this city's cosigner in force lies ahead; over 300 only a rotation makes it fresh",
            )?,
            head_witnesses: r.int_gauges(
                "huxin_head_witnesses",
                "Other cities that cosigned a city's newest checkpoint",
                &["city"],
            )?,
            bodies_lacking: r.int_gauges(
                "huxin_bodies_lacking",
                "Bodies this city may read and does not hold",
                &["city"],
            )?,
            over_quota: r.int_gauges(
                "huxin_over_quota",
                "1 while a city's log is over its quota here, so that it is fetched slowly",
                &["city"],
            )?,
            slowed_by: r.int_gauges(
                "huxin_slowed_by",
                "1 while a partner says that this city's log is over its quota there",
                &["city"],
            )?,
            postponed: r.counters(
                "huxin_segments_postponed_total",
                "Fresh statements that were not taken as they came, by city: over its quota, or no room on the disk",
                &["city"],
            )?,
            erased_waiting: r.take(IntGauge::new(
                "huxin_erased_texts_waiting",
                "Erased texts whose bytes may still lie in the files of the store",
            ))?,
            erased_waiting_seconds: r
                .gauge("huxin_erased_texts_waiting_seconds", "For how long the oldest of them has been seen to wait")?,
            erased_left: r
                .counter("huxin_erased_texts_left_total", "Erased texts that have left the files of the store")?,
            partner_up: r.int_gauges("huxin_partner_up", "Whether a connection to the partner stands", &["city"])?,
            partner_round_trip: r.gauges(
                "huxin_partner_round_trip_seconds",
                "Round trip of the last ping",
                &["city"],
            )?,
            queue_length: r.int_gauges("huxin_queue_length", "Items waiting, by queue", &["queue"])?,
            signing: r.gauge("huxin_signing_ready", "1 while this node signs")?,
            disk_free: r.gauge("huxin_disk_free_bytes", "Bytes free on the store's disk")?,
            disk_low: r.gauge("huxin_disk_low", "1 while less than [storage] low_mib is free")?,
            disk_full: r.gauge(
                "huxin_disk_full",
                "1 while less than [storage] min_free_mib is free: only endings are signed",
            )?,
            store_verified: r.gauge(
                "huxin_store_verified",
                "1 once every block of the store was read past its checksum since the start",
            )?,
            store_bytes: r.gauge("huxin_store_bytes", "Bytes of all files of the store")?,
            store_wal_syncs: r.gauge("huxin_store_wal_syncs", "Syncs of the write-ahead log since the start")?,
            resident_bytes: r.gauge("huxin_resident_bytes", "Resident memory of this process")?,
            start_time: r.gauge("huxin_start_time_seconds", "When this process started, in seconds since 1970")?,
            registry: r.0,
        })
    }

    /// Counts what the engine reports, once it is durable.
    pub fn event(&self, event: &Event) {
        match event {
            Event::Logged { count } => self.statements_logged.inc_by(*count),
            Event::Admitted { road, count, .. } => self.statements_admitted.with_label_values(&[*road]).inc_by(*count),
            Event::Refused { road, code } => self.refused.with_label_values(&[*road, *code]).inc(),
            Event::Repeated { road } => self.segments_repeated.with_label_values(&[*road]).inc(),
            Event::Witnessed { .. } => self.cosignatures_taken.inc(),
            Event::CosignaturesLeftOut { count } => self.cosignatures_left_out.inc_by(*count),
            Event::BodiesArrived { count } => self.bodies_arrived.inc_by(*count),
            Event::EpochOpened { .. } => self.epochs_opened.inc(),
            Event::Abandoned { count, .. } => self.statements_abandoned.inc_by(*count),
            Event::EvidenceFound { .. } => self.evidence_found.inc(),
            Event::Postponed { city } => self.postponed.with_label_values(&[city.as_str()]).inc(),
            Event::SigningChanged { .. }
            | Event::HeadChanged { .. }
            | Event::RecordLeft { .. }
            | Event::OnlyEndings { .. }
            | Event::SlowedBy { .. }
            | Event::ClockCompared { .. }
            | Event::SignedAhead { .. } => {}
        }
    }

    /// Text format 0.0.4 of everything: ours, the network's counters, libp2p's registry.
    #[must_use]
    pub fn text(&self, counters: &NetCounters, libp2p: &prometheus_client::registry::Registry) -> String {
        let mut bytes = Vec::new();
        if let Err(fault) = TextEncoder::new().encode(&self.registry.gather(), &mut bytes) {
            tracing::error!(%fault, "the metrics could not be written");
        }
        let mut text = String::from_utf8(bytes).unwrap_or_default();
        for (name, value) in counters.all() {
            let (metric, words) = (format!("huxin_net_{name}_total"), name.replace('_', " "));
            // Writing to a text cannot fail.
            let _ = writeln!(
                text,
                "# HELP {metric} Network since the start: {words}\n# TYPE {metric} counter\n{metric} {value}"
            );
        }
        let mut open_metrics = String::new();
        if prometheus_client::encoding::text::encode(&mut open_metrics, libp2p).is_ok() {
            append_classic(&mut text, &open_metrics);
        }
        text
    }
}

/// OpenMetrics as text 0.0.4: a counter's declaration bears the name of its samples, units and the end mark are left out.
fn append_classic(text: &mut String, open_metrics: &str) {
    let mut help: Option<&str> = None;
    for line in open_metrics.lines() {
        if line == "# EOF" || line.starts_with("# UNIT ") {
            continue;
        }
        if line.starts_with("# HELP ") {
            help = Some(line);
            continue;
        }
        if let Some(declared) = line.strip_prefix("# TYPE ") {
            let (name, kind) = declared.split_once(' ').unwrap_or((declared, "untyped"));
            let (suffix, kind) = match kind {
                "counter" => ("_total", "counter"),
                "info" => ("_info", "gauge"),
                "unknown" => ("", "untyped"),
                other => ("", other),
            };
            if let Some(words) =
                help.take().and_then(|help| help.strip_prefix("# HELP ")).and_then(|h| h.split_once(' '))
            {
                let _ = writeln!(text, "# HELP {name}{suffix} {}", words.1);
            }
            let _ = writeln!(text, "# TYPE {name}{suffix} {kind}");
            continue;
        }
        text.push_str(line);
        text.push('\n');
    }
}

/// Resident memory of this process in bytes, from the kernel's own account.
#[must_use]
pub fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn every_metric_registers_and_bears_our_name() {
        let metrics = Metrics::new().unwrap();
        metrics.event(&Event::Logged { count: 3 });
        metrics.event(&Event::Refused { road: "gossip", code: "gap" });
        let text = metrics.text(&NetCounters::default(), &prometheus_client::registry::Registry::default());
        assert!(text.contains("huxin_statements_logged_total 3\n"), "{text}");
        assert!(text.contains("huxin_refused_total{code=\"gap\",road=\"gossip\"} 1\n"), "{text}");
        assert!(text.contains("huxin_net_gossip_published_total 0\n"), "{text}");
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            assert!(line.starts_with("huxin_"), "{line}");
        }
    }

    #[test]
    fn counters_stand_at_zero_before_their_first_event() {
        let metrics = Metrics::new().unwrap();
        let text = || metrics.text(&NetCounters::default(), &prometheus_client::registry::Registry::default());
        let before = text();
        for sample in [
            "huxin_refused_total{code=\"gap\",road=\"gossip\"} 0",
            "huxin_refused_total{code=\"proof\",road=\"sync\"} 0",
            "huxin_peers_blamed_total{code=\"proof\"} 0",
            "huxin_statements_admitted_total{road=\"disk\"} 0",
            "huxin_evidence_found_total 0",
        ] {
            assert!(before.lines().any(|line| line == sample), "{sample} is missing");
        }
        // A city that never spoke has no age.
        assert!(!before.contains("huxin_head_age_seconds{"));
        metrics.event(&Event::Refused { road: "gossip", code: "gap" });
        assert!(text().contains("huxin_refused_total{code=\"gap\",road=\"gossip\"} 1\n"));
    }

    #[test]
    fn open_metrics_become_classic_text() {
        let mut text = String::new();
        let given =
            "# HELP libp2p_x Things.\n# TYPE libp2p_x counter\nlibp2p_x_total 5\n# UNIT libp2p_y seconds\n# EOF\n";
        append_classic(&mut text, given);
        assert_eq!(text, "# HELP libp2p_x_total Things.\n# TYPE libp2p_x_total counter\nlibp2p_x_total 5\n");
    }

    #[test]
    fn this_process_has_memory() {
        assert!(resident_bytes().unwrap() > 1 << 20);
    }
}
