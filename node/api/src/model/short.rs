//! What a body says, in one sentence of English and of Chinese: for lists of acts and for the screens of commands.

use super::BodyView;
use huxin_protocol::body::{Answer, FeedbackBody, FiledBy, RepairConditions, ResponseBody, StepBody};

/// Characters of a reason or outcome that a sentence holds; whoever wants all of it looks at the statement.
const SHORT: usize = 60;

impl BodyView {
    /// English and Chinese. Nothing of a listing, whose content has a page of its own, nor of what cannot be read.
    #[must_use]
    pub fn in_short(&self) -> Option<(String, String)> {
        Some(match self {
            Self::Act { act } => {
                let reason = short(&act.reason);
                match act.until {
                    None => both(reason),
                    Some(until) => (format!("{reason}; ordered until {until}"), format!("{reason}；决定至 {until}")),
                }
            }
            Self::Decline { decline } => both(short(&decline.reason)),
            Self::Response { response } => answers(response),
            Self::Feedback { feedback } => done(feedback),
            Self::RepairApplication { application } => {
                let (en, zh) = filed(application.by, &application.reason);
                let (met_en, met_zh) = conditions(application.conditions);
                (format!("{en}{met_en}"), format!("{zh}{met_zh}"))
            }
            Self::Objection { objection } => {
                let ((en, zh), (to_en, to_zh)) = (filed(objection.by, &objection.reason), objection.to.text());
                (format!("to {to_en}, {en}"), format!("对{to_zh}，{zh}"))
            }
            Self::Ruling { ruling } => {
                let ((en, zh), reason) = (ruling.decision.text(), short(&ruling.reason));
                (format!("{en}: {reason}"), format!("{zh}：{reason}"))
            }
            Self::Step { step } => stage(step),
            Self::Listing { .. }
            | Self::Recognition { .. }
            | Self::NodeAnnouncement { .. }
            | Self::Malformed { .. }
            | Self::Lacking
            | Self::NotReader
            | Self::Erased => return None,
        })
    }
}

fn both(text: String) -> (String, String) {
    (text.clone(), text)
}

fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SHORT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn answers(response: &ResponseBody) -> (String, String) {
    let mut out: (Vec<String>, Vec<String>) = Default::default();
    for said in &response.answers {
        let (en, zh) = said.answer.text();
        let reason = said.reason.as_deref().map(short);
        let (mut more_en, mut more_zh) = (String::new(), String::new());
        if let Some(reason) = &reason {
            (more_en, more_zh) = (format!(" ({reason})"), format!("（{reason}）"));
        }
        if let (Answer::Applies, Some(from)) = (said.answer, said.from) {
            (more_en, more_zh) = (format!(" from {from}"), format!("（自 {from} 起）"));
        }
        out.0.push(format!("{} {en}{more_en}", said.measure));
        out.1.push(format!("{} {zh}{more_zh}", said.measure));
    }
    (out.0.join("; "), out.1.join("；"))
}

fn done(feedback: &FeedbackBody) -> (String, String) {
    let FeedbackBody { measure, agency, on, .. } = feedback;
    let ((en, zh), name) = (feedback.done.text(), short(&agency.name));
    (format!("{measure} {en} by {name} on {on}"), format!("{measure} {zh}，{name}，{on}"))
}

fn filed(by: FiledBy, reason: &str) -> (String, String) {
    let ((en, zh), reason) = (by.text(), short(reason));
    (format!("by {en}: {reason}"), format!("{zh}：{reason}"))
}

/// What is said to be fulfilled.
fn conditions(conditions: RepairConditions) -> (String, String) {
    let all = [
        (conditions.rectified, "rectified", "已纠正"),
        (conditions.commitment, "commitment", "已承诺"),
        (conditions.training, "training", "已培训"),
        (conditions.credit_report, "credit report", "已交信用报告"),
        (conditions.duties_performed, "duties performed", "已履行义务"),
    ];
    let met = |text: fn(&(bool, &'static str, &'static str)) -> &'static str| {
        all.iter().filter(|one| one.0).map(text).collect::<Vec<_>>()
    };
    let (en, zh) = (met(|one| one.1), met(|one| one.2));
    if en.is_empty() {
        return Default::default();
    }
    (format!(" ({})", en.join(", ")), format!("（{}）", zh.join("、")))
}

fn stage(step: &StepBody) -> (String, String) {
    let (mut en, mut zh) = (step.stage.text().0.to_owned(), step.stage.text().1.to_owned());
    if let Some(reason) = step.reason.as_deref().map(short) {
        en.push_str(&format!(": {reason}"));
        zh.push_str(&format!("：{reason}"));
    }
    if let Some(until) = step.until {
        en.push_str(&format!("; next step due by {until}"));
        zh.push_str(&format!("；应于 {until} 前办理下一步"));
    }
    (en, zh)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use serde_json::json;

    #[test]
    fn each_body_of_joint_action_is_said_in_both_languages() {
        for (body, en, zh) in [
            (
                json!({ "state": "response", "response": { "answers": [
                    { "measure": "D-B-01", "answer": "applies", "from": "2026-03-01" },
                    { "measure": "D-B-02", "answer": "declined", "reason": "本市无此业务" },
                ] } }),
                "D-B-01 applied here from 2026-03-01; D-B-02 not applied here (本市无此业务)",
                "D-B-01 予以实施（自 2026-03-01 起）；D-B-02 不予实施（本市无此业务）",
            ),
            (
                json!({ "state": "act", "act": { "reason": "法院决定", "until": "2026-12-31" } }),
                "法院决定; ordered until 2026-12-31",
                "法院决定；决定至 2026-12-31",
            ),
            (
                json!({ "state": "feedback", "feedback": {
                    "measure": "D-B-01", "done": "lifted", "agency": { "name": "样例局" }, "on": "2026-03-01",
                } }),
                "D-B-01 lifted by 样例局 on 2026-03-01",
                "D-B-01 已解除，样例局，2026-03-01",
            ),
            (
                json!({ "state": "repair_application", "application": {
                    "reason": "已履行", "filed_on": "2026-03-01", "by": "agent", "conditions": { "rectified": true },
                } }),
                "by the subject's agent: 已履行 (rectified)",
                "信用主体的代理人：已履行（已纠正）",
            ),
            (
                json!({ "state": "objection", "objection": {
                    "reason": "期限有误", "filed_on": "2026-03-01", "by": "subject", "to": "term",
                } }),
                "to the term, by the subject: 期限有误",
                "对期限，信用主体：期限有误",
            ),
            (
                json!({ "state": "ruling", "ruling": { "decision": "upheld", "reason": "属实", "decided_on": "2026-03-01" } }),
                "upheld: 属实",
                "予以支持：属实",
            ),
            (
                json!({ "state": "step", "step": { "stage": "extended", "on": "2026-03-01", "reason": "须鉴定", "until": "2026-04-01" } }),
                "extended: 须鉴定; next step due by 2026-04-01",
                "已延期：须鉴定；应于 2026-04-01 前办理下一步",
            ),
        ] {
            let view: BodyView = serde_json::from_value(body).unwrap();
            assert_eq!(view.in_short(), Some((en.to_owned(), zh.to_owned())));
        }
        let long = short(&"字".repeat(100));
        assert_eq!(long.chars().count(), SHORT + 1);
        assert_eq!(BodyView::Lacking.in_short(), None);
    }
}
