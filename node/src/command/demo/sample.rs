//! The samples: companies, numbers and authorities are made up; their codes have right check characters and a region that
//! no office has. Dates are meant from today, so that the samples never run out.

use crate::fault::Fault;
use huxin_api::model::{EntryRequest, PublishRequest};
use huxin_protocol::body::{Basis, Decision, List, Severity};
use huxin_protocol::subject::{Subject, SubjectClass, SubjectId, check_uscc};
use huxin_protocol::time::Date;
use serde::Deserialize;

const FILE: &str = include_str!("../../../demo/entries.json");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[expect(dead_code, reason = "says to readers of the file what it is")]
    notice: String,
    entries: Vec<Sample>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sample {
    subject: Subject,
    list: List,
    list_name: String,
    field: String,
    ground_text: String,
    #[serde(default)]
    severity: Option<Severity>,
    basis: Basis,
    measures: Vec<String>,
    decided_days_ago: u16,
    summary: String,
}

/// The built-in samples.
///
/// # Errors
/// The embedded file is broken, which its test finds.
pub fn entries(today: Date) -> Result<PublishRequest, Fault> {
    let file: File = serde_json::from_str(FILE).map_err(Fault::unexpected)?;
    let request = |sample: Sample| EntryRequest {
        subject: sample.subject,
        list: sample.list,
        list_name: sample.list_name,
        field: sample.field,
        ground_text: sample.ground_text,
        severity: sample.severity,
        basis: Basis { decided_on: Some(today.add_days(-i32::from(sample.decided_days_ago))), ..sample.basis },
        measures: sample.measures,
        from: None,
        until: None,
        linked_persons: Vec::new(),
        person_key: None,
        edition: Some("demo".to_owned()),
        record_ref: None,
        source: None,
        derived_from: None,
        summary: sample.summary,
        evidence: Vec::new(),
        observed_on: None,
        list_id: None,
        decision: Decision::default(),
        disclosure_reason: None,
        agency: None,
        disclosure: None,
        confirm_code: false,
    };
    Ok(PublishRequest { entries: file.entries.into_iter().map(request).collect() })
}

/// A minor black entry about a made-up company, which may be repaired at once: what the propagation is measured with.
///
/// # Errors
/// No code can be made for this number, which a test excludes.
pub fn probe(number: usize, today: Date) -> Result<EntryRequest, Fault> {
    let id = made_up_code(number).ok_or_else(|| Fault::unexpected("no code for this number"))?;
    Ok(EntryRequest {
        subject: Subject {
            id,
            class: SubjectClass::Enterprise,
            name: format!("示例测速{number:04}有限公司（合成）"),
            aliases: Vec::new(),
        },
        list: List::Black,
        list_name: "演示测速名单（合成）".to_owned(),
        field: "demo".to_owned(),
        ground_text: "演示用轻微失信行为".to_owned(),
        severity: Some(Severity::Minor),
        basis: Basis {
            law: Some("演示用规则（合成）".to_owned()),
            // Beyond 900,000 the codes come again; the document does not.
            document_number: Some(format!("（合成）示例测速第{number:04}号")),
            authority: "示例市发展和改革委员会（合成）".to_owned(),
            decided_on: Some(today.add_days(-1)),
            effective_on: None,
        },
        measures: vec!["D-B-04".to_owned()],
        from: None,
        until: None,
        linked_persons: Vec::new(),
        person_key: None,
        edition: Some("demo".to_owned()),
        record_ref: None,
        source: None,
        derived_from: None,
        summary: "合成样例，仅供演示，不指任何真实企业。".to_owned(),
        evidence: Vec::new(),
        observed_on: None,
        list_id: None,
        decision: Decision::default(),
        disclosure_reason: None,
        agency: None,
        disclosure: None,
        confirm_code: false,
    })
}

/// A code of no real company: regions 990010 to 990099 belong to no office. The two check characters are found by trying.
pub fn made_up_code(number: usize) -> Option<SubjectId> {
    const CHARACTERS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    // Four digits would do for the demonstration; the bench asks for more, so the region counts the rest.
    let stem = format!("919900{:02}MAHY{:04}", 99 - number / 10_000 % 90, number % 10_000);
    let all = CHARACTERS.chars().flat_map(|organisation| CHARACTERS.chars().map(move |check| (organisation, check)));
    let found =
        all.map(|(organisation, check)| format!("{stem}{organisation}{check}")).find(|code| check_uscc(code).is_ok());
    SubjectId::new(SubjectId::USCC, &found?).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use huxin_protocol::edition::Edition;

    #[test]
    fn every_sample_is_labelled_has_a_right_code_and_fits_the_demonstration_edition() {
        let today: Date = "2026-11-22".parse().unwrap();
        let edition = Edition::named("demo").unwrap();
        let samples = entries(today).unwrap().entries;
        assert!(samples.len() >= 30);
        for sample in &samples {
            sample.subject.id.check_code().unwrap();
            assert!(sample.subject.name.contains("（合成）"), "{}", sample.subject.name);
            assert!(sample.basis.authority.contains("（合成）"));
            let severity = sample.severity;
            let decided = sample.basis.decided_on.unwrap();
            let last = edition.rules(&sample.list_name, sample.list).last_day(severity, decided).unwrap();
            assert!(last > today, "{} has run out", sample.subject.name);
            for measure in &sample.measures {
                let measure = edition.measure(measure).unwrap();
                assert!(measure.kind.fits(sample.list), "{}", sample.subject.name);
            }
        }
        assert!(List::ALL.iter().all(|list| samples.iter().any(|sample| sample.list == *list)));
    }

    #[test]
    fn probes_have_codes_of_their_own() {
        let today: Date = "2026-11-22".parse().unwrap();
        let codes: std::collections::BTreeSet<String> =
            (0..50).map(|number| probe(number, today).unwrap().subject.id.to_string()).collect();
        assert_eq!(codes.len(), 50);
    }
}
