//! The editions of simulated worlds: those that are built in, and a made-up one with whatever an edition can say, with a layer of one
//! city on it.

use huxin_protocol::digest::Digest;
use huxin_protocol::edition::{EDITION_FORMAT, Edition, builtin};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The city of the layer.
pub const LAYERED: &str = "c02";
/// A list that the made-up edition registers, and its id.
pub const RICH_LIST: (&str, &str) = ("合成甲名单", "rich-a");
/// A ground that the made-up edition knows.
pub const RICH_GROUND: &str = "合成事由";

fn rich() -> Value {
    let demo = Edition::named("demo").expect("the demo edition");
    let mut rich: Value = serde_json::from_slice(demo.canonical()).expect("JSON");
    rich["name"] = "rich".into();
    rich["grounds"] = json!([{ "code": "rich-ground", "name": { "zh": RICH_GROUND, "en": "x" }, "source": "合成", "sure": "chosen" }]);
    let (name, id) = RICH_LIST;
    rich["lists"] = json!([{
        "id": id, "kind": "black", "name": { "zh": name, "en": "x" }, "also_called": ["合成乙名单"], "scope": "national",
        "serious": false, "set_up_by": "合成", "requires": ["law", "notice_on"], "source": "合成", "sure": "chosen",
        "terms": { "general": { "listing_months": 12, "at_max": "authority", "publication_months": 4, "source": "合成", "sure": "chosen" } },
    }]);
    let terms = &mut rich["kinds"]["black"]["terms"];
    terms["minor"] = json!({ "publication_months": 1, "source": "合成", "sure": "chosen" });
    terms["serious"] = json!({ "listing_months": 5, "at_max": "authority", "source": "合成", "sure": "chosen" });
    for measure in rich["measures"].as_array_mut().expect("measures") {
        match measure["code"].as_str() {
            Some("D-B-01") => measure["applies_to"]["lists"] = json!([id]),
            Some("D-B-02") => measure["period_months"] = 2.into(),
            Some("D-B-03") => {
                measure["applies_to"]["lists"] = json!([id]);
                measure["applies_to"]["grounds"] = json!(["rich-ground"]);
            }
            _ => {}
        }
    }
    rich
}

/// By digest: the built-in editions that are not national, `rich`, and `rich-layer` on it.
#[must_use]
pub fn catalogue() -> BTreeMap<Digest, Edition> {
    known().clone()
}

/// Read once: random logs ask thousands of times.
fn known() -> &'static BTreeMap<Digest, Edition> {
    static KNOWN: OnceLock<BTreeMap<Digest, Edition>> = OnceLock::new();
    KNOWN.get_or_init(made)
}

fn made() -> BTreeMap<Digest, Edition> {
    let mut known = builtin();
    // No node loads the national catalogue by itself.
    known.retain(|_, edition| edition.line() != "cn");
    let rich = Edition::parse(rich().to_string().as_bytes()).expect("an edition in order");
    known.insert(rich.digest(), rich.clone());
    let layer = json!({
        "format": EDITION_FORMAT, "name": "rich-layer", "title": { "zh": "合成", "en": "synthetic" },
        "notice": { "zh": "合成", "en": "synthetic" }, "binds_from": "2026-01-10", "base": rich.digest(), "cities": [LAYERED],
        "narrow_lists": [
            { "list": RICH_LIST.1, "severity": "general", "listing_months": 3, "at_max": "ends", "source": "合成", "sure": "chosen" },
            { "list": "black", "severity": "serious", "publication_months": 2, "source": "合成", "sure": "chosen" },
        ],
        "narrow_measures": [{ "measure": "D-B-02", "period_months": 1, "source": "合成", "sure": "chosen" }],
    });
    let layer = Edition::parse_on(layer.to_string().as_bytes(), &known).expect("a layer in order");
    known.insert(layer.digest(), layer);
    known
}

/// The digest of one of [`catalogue`].
#[must_use]
pub fn edition(name: &str) -> Digest {
    known().values().find(|edition| edition.name() == name).expect("a known edition").digest()
}
