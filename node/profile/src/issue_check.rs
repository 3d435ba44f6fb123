//! What the node would refuse about one row by itself, found by the node's own checks before anything is signed.

use crate::plan::Setting;
use crate::reason::Reason;
use huxin_api::model::EntryRequest;
use huxin_protocol::body::Body;
use huxin_protocol::digest::Digest;
use huxin_protocol::edition::Issue;
use huxin_protocol::header::Disclosure;
use huxin_protocol::kind::Kind;
use huxin_protocol::subject::personal_number;
use huxin_protocol::text::check_text;

/// Everything that speaks against a listing.
pub fn listing(request: &EntryRequest, setting: &Setting<'_>, reasons: &mut Vec<Reason>) {
    let edition = setting.edition.map_or(Digest([0; 32]), huxin_protocol::edition::Edition::digest);
    let mut entry = request.clone().into_body(edition, None);
    if let Some(edition) = setting.edition {
        edition.name_list(&mut entry);
        let chosen = request.disclosure.clone();
        let disclosure = chosen.map_or_else(|| edition.default_disclosure(&entry), Disclosure::from);
        let issue = Issue {
            day: setting.day,
            city: setting.city,
            disclosure: &disclosure,
            allow_natural_persons: setting.allow_natural_persons,
            confirmed_code: request.confirm_code,
            own_names: setting.own_names,
            editions: setting.editions,
        };
        let faults = edition.check_listing(&entry, &issue);
        reasons.extend(faults.iter().map(|fault| Reason::of(fault.code(), fault)));
        return;
    }
    // Without the edition its rules are left to the node; what holds under every edition is found here all the same.
    for (field, text) in entry.texts() {
        if personal_number(text).is_some() {
            let sentence = format!("{field} holds what could be a resident's number, which is never signed in clear");
            reasons.push(Reason::of("personal_number", sentence));
        }
    }
    if let Err(fault) = Body::Listing(Box::new(entry)).seal(Kind::Entry, &[0; 16]) {
        reasons.push(Reason::of(fault.code(), fault));
    }
}

/// A key that is not fit to be signed.
pub fn reference(reference: Option<&str>, reasons: &mut Vec<Reason>) {
    let Some(reference) = reference else { return };
    if personal_number(reference).is_some() {
        let sentence = "the record's key holds what could be a resident's number, which is never signed in clear";
        reasons.push(Reason::of("personal_number", sentence));
    }
    if let Err(fault) = check_text(reference) {
        reasons.push(Reason::of(fault.code(), format!("the record's key: {fault}")));
    }
}
