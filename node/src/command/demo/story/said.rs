//! What is said at each step, through the public interface of the city that says it.

use super::super::processes::Node;
use super::steps::{A, ALL, B, C, D, Scene, known};
use crate::fault::Fault;
use huxin_api::model::{
    ActRequest, ActVerb, ApplicationRequest, CarriedOutBy, FeedbackRequest, JointRequest, ObjectionRequest,
    PublishRequest, ResponseRequest, RulingRequest, StepRequest,
};
use huxin_protocol::body::{
    Answer, Department, Done, FiledBy, MeasureAnswer, ObjectionTo, RepairConditions, RulingResult, Stage,
};
use huxin_protocol::ids::StatementId;

/// What was signed.
pub type Signed = Result<Vec<StatementId>, Fault>;

fn say(node: &Node, id: StatementId, request: JointRequest) -> Signed {
    Ok(node.client.joint(id, &request)?.ids)
}

pub fn list(scene: &mut Scene, nodes: &[Node]) -> Signed {
    let ids = nodes[A].client.publish(&PublishRequest { entries: vec![scene.request.clone()] })?.ids;
    scene.entry = ids.first().copied();
    Ok(ids)
}

pub fn respond(scene: &mut Scene, nodes: &[Node]) -> Signed {
    let answer = |measure: &str, answer, reason: Option<&str>| MeasureAnswer {
        measure: measure.to_owned(),
        answer,
        reason: reason.map(str::to_owned),
        from: None,
    };
    let answers = vec![
        answer(ALL[0], Answer::Applies, None),
        answer(ALL[1], Answer::Applies, None),
        answer(ALL[2], Answer::Declined, Some("本市无此类财政资金（合成）")),
    ];
    say(&nodes[B], scene.entry()?, JointRequest::Response(ResponseRequest { answers, note: None, agency: None }))
}

pub fn report(scene: &Scene, node: &Node, done: Done) -> Signed {
    let request = FeedbackRequest {
        measure: ALL[0].to_owned(),
        done,
        department: Department { name: format!("{}示例财政局（合成）", node.name), uscc: None },
        on: scene.today,
        from: None,
        until: None,
        case_number: Some("（合成）采购第1号".to_owned()),
        outcome: None,
        agency: None,
    };
    say(node, scene.entry()?, JointRequest::Feedback(request))
}

pub fn object(scene: &mut Scene, nodes: &[Node]) -> Signed {
    let request = ObjectionRequest {
        reason: "欠款数额有误（合成）".to_owned(),
        filed_on: scene.today,
        by: FiledBy::Subject,
        to: ObjectionTo::Content,
        evidence: Vec::new(),
        record_ref: None,
        agency: None,
    };
    let ids = say(&nodes[C], scene.entry()?, JointRequest::Objection(request))?;
    scene.objection = ids.first().copied();
    Ok(ids)
}

fn rule(scene: &Scene, decision: RulingResult, reason: &str, by: CarriedOutBy) -> JointRequest {
    JointRequest::Ruling(RulingRequest {
        decision,
        reason: reason.to_owned(),
        decided_on: scene.today,
        document_number: Some("（合成）处理第1号".to_owned()),
        authority: Some("示例市发展和改革委员会（合成）".to_owned()),
        carried_out_by: Some(by),
        agency: None,
    })
}

pub fn correct(scene: &mut Scene, nodes: &[Node]) -> Signed {
    let mut corrected = scene.request.clone();
    corrected.summary = "欠款数额已更正。合成样例，仅供演示，不指任何真实企业。".to_owned();
    let by = CarriedOutBy::Amendment(Box::new(corrected));
    let ruling = rule(scene, RulingResult::UpheldInPart, "数额已更正，其余与文书相符（合成）", by);
    say(&nodes[A], known(scene.objection)?, ruling)
}

fn act(reason: &str) -> ActRequest {
    ActRequest {
        reason: reason.to_owned(),
        document_number: Some("（合成）示例行审第1号".to_owned()),
        authority: Some("示例市中级人民法院（合成）".to_owned()),
        ..ActRequest::default()
    }
}

pub fn suspend(scene: &mut Scene, nodes: &[Node]) -> Signed {
    let ids = nodes[A].client.act(scene.entry()?, ActVerb::Suspension, &act("法院决定暂停执行（合成）"))?.ids;
    scene.suspension = ids.first().copied();
    Ok(ids)
}

pub fn resume(scene: &mut Scene, nodes: &[Node]) -> Signed {
    Ok(nodes[A].client.act(known(scene.suspension)?, ActVerb::Resumption, &act("暂停已解除（合成）"))?.ids)
}

pub fn apply(scene: &mut Scene, nodes: &[Node]) -> Signed {
    let request = ApplicationRequest {
        reason: "欠款已付清（合成）".to_owned(),
        filed_on: scene.today,
        by: FiledBy::Subject,
        conditions: RepairConditions { rectified: true, ..RepairConditions::default() },
        evidence: Vec::new(),
        record_ref: Some("370100-story-1".to_owned()),
        agency: None,
    };
    let ids = say(&nodes[D], scene.entry()?, JointRequest::Application(request))?;
    scene.application = ids.first().copied();
    Ok(ids)
}

pub fn ask_more(scene: &mut Scene, nodes: &[Node]) -> Signed {
    let request = StepRequest {
        stage: Stage::SupplementAsked,
        on: scene.today,
        reason: Some("缺信用承诺书（合成）".to_owned()),
        until: Some(scene.today.add_days(7)),
        agency: None,
    };
    say(&nodes[A], known(scene.application)?, JointRequest::Step(request))
}

pub fn repair(scene: &mut Scene, nodes: &[Node]) -> Signed {
    let conditions = RepairConditions { rectified: true, commitment: true, ..RepairConditions::default() };
    let ruling = rule(scene, RulingResult::Upheld, "已履行完毕并作出承诺（合成）", CarriedOutBy::Repair(conditions));
    say(&nodes[A], known(scene.application)?, ruling)
}
