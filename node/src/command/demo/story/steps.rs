//! The steps of the story, in order: what is done, by which city, and what is due in each of the first four cities afterwards.
//!
//! A is the city that lists, B the one that answers measure by measure and lets disputed entries rest, C the one that does not recognise
//! the field, D the one that recognises everything.

use super::super::processes::Node;
use super::super::sample;
use super::FIELD;
use super::said::{Signed, apply, ask_more, correct, list, object, repair, report, respond, resume, suspend};
use super::seen::Due;
use crate::fault::Fault;
use huxin_api::model::{EntryRequest, FilingState, FilingsQuery};
use huxin_protocol::body::{Done, Severity};
use huxin_protocol::ids::StatementId;
use huxin_protocol::ruling::State;
use huxin_protocol::subject::SubjectId;
use huxin_protocol::time::Date;

pub const A: usize = 0;
pub const B: usize = 1;
pub const C: usize = 2;
pub const D: usize = 3;
pub const ALL: &[&str] = &["D-B-01", "D-B-02", "D-B-03"];
const ANSWERED: &[&str] = &["D-B-01", "D-B-02"];
/// Number of the made-up company; the measured ones of `huxin demo` lie below it.
const COMPANY: usize = 7_001;

/// What the story has said so far.
pub struct Scene {
    pub subject: SubjectId,
    pub entry: Option<StatementId>,
    pub request: EntryRequest,
    pub today: Date,
    pub objection: Option<StatementId>,
    pub application: Option<StatementId>,
    pub suspension: Option<StatementId>,
}

type Also = Result<Vec<String>, Fault>;

pub struct Step {
    pub zh: &'static str,
    pub en: &'static str,
    pub act: fn(&mut Scene, &[Node]) -> Signed,
    /// In A, B, C and D.
    pub due: [Due; 4],
    /// What else is due, told where it is not so.
    pub also: fn(&Scene, &[Node]) -> Also,
}

const fn standing(b: &'static [&'static str]) -> [Due; 4] {
    [
        Due::counts(State::Listed, ALL),
        Due::counts(State::Listed, b),
        Due::rests(State::Listed),
        Due::counts(State::Listed, ALL),
    ]
}

pub const STEPS: &[Step] = &[
    Step {
        zh: "甲市把一家（合成）企业列入黑名单，附三项措施；丙市不互认该领域",
        en: "A lists a made-up company with three measures; C does not recognise the field",
        act: list,
        due: standing(ALL),
        also: nothing,
    },
    Step {
        zh: "乙市逐项响应：实施两项，一项附理由不予实施",
        en: "B answers measure by measure: it applies two, and one it does not, for a reason",
        act: respond,
        due: standing(ANSWERED),
        also: |scene, nodes| heard(scene, &nodes[A], "Response", 1),
    },
    Step {
        zh: "乙市和丁市反馈：各已实施一项措施",
        en: "B and D report one measure each that they have applied",
        act: |scene, nodes| {
            let mut signed = report(scene, &nodes[B], Done::Applied)?;
            signed.extend(report(scene, &nodes[D], Done::Applied)?);
            Ok(signed)
        },
        due: standing(ANSWERED),
        also: |scene, nodes| heard(scene, &nodes[A], "Feedback", 2),
    },
    Step {
        zh: "企业在丙市提出异议；乙市的规则使有异议的条目暂停",
        en: "the company objects at C; by B's rule what is disputed rests",
        act: object,
        due: [
            Due::counts(State::Disputed, ALL),
            Due::rests(State::Suspended),
            Due::rests(State::Disputed),
            Due::counts(State::Disputed, ALL),
        ],
        also: |scene, nodes| waits(scene.objection, &nodes[A], &nodes[C], FilingState::Open),
    },
    Step {
        zh: "甲市更正条目，并以同一命令作出部分支持的处理结果",
        en: "A corrects the entry and rules in the same command: upheld in part",
        act: correct,
        due: standing(ANSWERED),
        also: |scene, nodes| waits(scene.objection, &nodes[A], &nodes[C], FilingState::Answered),
    },
    Step {
        zh: "法院决定暂停执行：甲市签署暂停，各市措施均不适用",
        en: "a court stays it: A suspends, and no measure holds anywhere",
        act: suspend,
        due: [Due::rests(State::Suspended); 4],
        also: nothing,
    },
    Step {
        zh: "暂停解除，甲市恢复执行",
        en: "the stay is lifted, and A resumes",
        act: resume,
        due: standing(ANSWERED),
        also: nothing,
    },
    Step {
        zh: "企业在丁市申请信用修复，申请转到甲市",
        en: "the company applies for repair at D, which hands it on to A",
        act: apply,
        due: standing(ANSWERED),
        also: |scene, nodes| waits(scene.application, &nodes[A], &nodes[D], FilingState::Open),
    },
    Step {
        zh: "甲市要求补正",
        en: "A asks for a supplement",
        act: ask_more,
        due: standing(ANSWERED),
        also: |scene, nodes| {
            let found = nodes[D].client.filings(&FilingsQuery::default())?.filed_here;
            let told = found.iter().any(|item| Some(item.id) == scene.application && item.step.is_some());
            Ok(if told { Vec::new() } else { vec!["D does not hear how far its application is".to_owned()] })
        },
    },
    Step {
        zh: "甲市以同一命令予以修复并作出处理结果",
        en: "A repairs and rules in one command",
        act: repair,
        due: [Due::rests(State::Repaired); 4],
        also: |scene, nodes| waits(scene.application, &nodes[A], &nodes[D], FilingState::Answered),
    },
    Step {
        zh: "乙市反馈：措施已解除",
        en: "B reports that the measure is lifted",
        act: |scene, nodes| report(scene, &nodes[B], Done::Lifted),
        due: [Due::rests(State::Repaired); 4],
        also: |scene, nodes| heard(scene, &nodes[A], "Feedback", 3),
    },
    Step {
        zh: "丁市随后也反馈：措施已解除",
        en: "D reports the same later",
        act: |scene, nodes| report(scene, &nodes[D], Done::Lifted),
        due: [Due::rests(State::Repaired); 4],
        also: |scene, nodes| heard(scene, &nodes[A], "Feedback", 4),
    },
];

impl Scene {
    /// # Errors
    /// No code can be made for the company, which a test excludes.
    pub fn new(today: Date) -> Result<Self, Fault> {
        let mut request = sample::probe(COMPANY, today)?;
        request.subject.name = "示例筑桥工程有限公司（合成）".to_owned();
        request.list_name = "演示失信企业名单（合成）".to_owned();
        request.field = FIELD.to_owned();
        request.ground_text = "演示用一般失信行为：拖欠工程款".to_owned();
        request.severity = Some(Severity::General);
        request.basis.document_number = Some("（合成）示例罚决字第7001号".to_owned());
        request.basis.decided_on = Some(today.add_days(-150));
        request.measures = ALL.iter().map(|code| (*code).to_owned()).collect();
        Ok(Self {
            subject: request.subject.id.clone(),
            entry: None,
            request,
            today,
            objection: None,
            application: None,
            suspension: None,
        })
    }

    pub fn entry(&self) -> Result<StatementId, Fault> {
        known(self.entry)
    }
}

pub fn known(id: Option<StatementId>) -> Result<StatementId, Fault> {
    id.ok_or_else(|| Fault::unexpected("a step acts on what was not signed"))
}

fn nothing(_: &Scene, _: &[Node]) -> Also {
    Ok(Vec::new())
}

/// Whether A's page of the entry shows so many statements of a kind, each with what it says.
fn heard(scene: &Scene, a: &Node, kind: &str, count: usize) -> Also {
    let acts = a.client.entry(scene.entry()?)?.acts;
    let found = acts.iter().filter(|act| act.kind == kind && act.says_zh.is_some()).count();
    Ok(if found == count { Vec::new() } else { vec![format!("{}: it shows {found} {kind}, not {count}", a.code)] })
}

/// Whether a filing is in this state for the city that is to answer it and for the one that filed it.
fn waits(filing: Option<StatementId>, lister: &Node, filer: &Node, due: FilingState) -> Also {
    let mut out = Vec::new();
    let all = FilingsQuery::default();
    let lists = [(lister, lister.client.filings(&all)?.to_answer), (filer, filer.client.filings(&all)?.filed_here)];
    for (node, items) in lists {
        let item = items.iter().find(|item| Some(item.id) == filing);
        let has_day = item.is_some_and(|item| item.until.is_some());
        if item.map(|item| item.state) != Some(due) || has_day != (due == FilingState::Open) {
            out.push(format!("{}: its list of filings does not say {due:?} with its day: {item:?}", node.code));
        }
    }
    Ok(out)
}
