//! Seeds of what people hand over: words, settings, editions, key files, join files, lists in files, requests over HTTP.

use super::Seeds;
use crate::scene::{city, recognition, scene};
use crate::targets::workbook_around;
use huxin_api::model::EntryRequest;
use huxin_config::{InitChoices, commented_default};
use huxin_engine::wire::Request;
use huxin_keys::{EpochPublic, FoundingSignature, JoinFile, KeyFolderPublic, peer_id_bytes, peer_id_text};
use huxin_protocol::edition::EDITION_FORMAT;
use huxin_protocol::ids::{Epoch, Seq};
use huxin_protocol::key::Sign;
use huxin_tests::world::TestKey;
use serde_json::{Value, json};

pub fn add(seeds: &mut Seeds) {
    words(seeds);
    settings(seeds);
    keys(seeds);
    lists(seeds);
    requests(seeds);
}

fn words(seeds: &mut Seeds) {
    for (name, word) in [
        ("statement-id", "330900-17"),
        ("statement-id-of-an-epoch", "330900.2-17"),
        ("city", "330900"),
        ("digest", "abababababababababababababababababababababababababababababababab"),
        ("date", "2026-01-31 1"),
        ("last-date", "9998-12-31 -2147483648"),
        ("first-date", "1900-01-01 2147483647"),
        ("leap-day", "2024-02-29 12"),
        ("uscc", "uscc:91990099MA00000156"),
        ("bare-uscc", "91990099MA00000156"),
        ("lei", "lei:969500KSV493XWY0PS33"),
        ("bare-lei", "969500KSV493XWY0PS33"),
        ("subject", "test:S000001"),
        ("address", "/dns4/c01.example/tcp/4001/p2p/12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN"),
        ("address-of-six", "/ip6/2001:db8::7/tcp/4001"),
        ("passphrase-source", "file:/etc/huxin/passphrase"),
        ("name", "Synthetic Roads Co., Ltd. 示例（合成）"),
    ] {
        seeds.add("words", name, word);
    }
}

fn settings(seeds: &mut Seeds) {
    seeds.add("config", "as-init-writes-it", commented_default(&InitChoices::new(city(1))));
    seeds.add("config", "shortest", "[node]\ncity = \"c01\"\n");
    seeds.add(
        "config",
        "with-environment",
        "[node]\ncity = \"c01\"\n---\nHUXIN_LOG_LEVEL=debug\nHUXIN_NODE_CITY=c02\n",
    );
    seeds.add("config", "misspelt", "[nodes]\ncity = 7\n[node]\nciti = \"c01\"\nlanguage = [\"en\"]\nx.y = 1\n");
    seeds.add("config", "no-toml", "[node\ncity = \"c01\"\n");
    // The national catalogue says nothing to a reader that the smaller ones do not, and is sixty times their size.
    for edition in scene().editions.values().filter(|edition| ["demo", "mdb"].contains(&edition.name())) {
        seeds.add("edition", edition.name(), edition.canonical());
        let row = serde_json::json!({ "days": 5, "source": "合成", "sure": "chosen" });
        let layer = serde_json::json!({ "format": EDITION_FORMAT, "name": "layer", "title": { "zh": "样例", "en": "sample" },
            "notice": { "zh": "合成", "en": "synthetic" }, "binds_from": "2026-01-01", "base": edition.digest(),
            "cities": ["c01", "c02"], "clocks": { "answer": row },
            "narrow_lists": [{ "list": "black", "listing_months": 1, "source": "合成", "sure": "chosen" }],
            "narrow_measures": [{ "measure": edition.measures()[0].code, "withdrawn": true, "source": "合成", "sure": "chosen" }] });
        seeds.add("edition", &format!("layer-on-{}", edition.name()), layer.to_string());
    }
}

fn keys(seeds: &mut Seeds) {
    for (name, pem) in [
        ("plain", include_str!("keys/plain.pem")),
        // Written by OpenSSL 3.0.19 with the passphrase of the target and little work.
        ("scrypt", include_str!("keys/scrypt.pem")),
        ("pbkdf2", include_str!("keys/pbkdf2.pem")),
        ("pbkdf2-sha1", include_str!("keys/pbkdf2-sha1.pem")),
        ("too-much-work", include_str!("keys/heavy.pem")),
        ("an-older-scheme", include_str!("keys/pkcs12.pem")),
        ("another-curve", include_str!("keys/other-curve.pem")),
    ] {
        seeds.add("key-file", name, pem);
    }
    let key = |name: &str| TestKey::new(name).public().clone();
    let root = TestKey::new("join root");
    let mut file = JoinFile {
        version: 1,
        code: city(1),
        name: "Synthetic city".to_owned(),
        root: root.public().clone(),
        log: key("join log"),
        cosigner: key("join cosigner"),
        transport: key("join transport"),
        addresses: vec!["/dns4/c01.example/tcp/4001".to_owned()],
        signature: [0; 64],
    };
    let mut value = serde_json::to_value(&file).unwrap();
    value.as_object_mut().unwrap().remove("signature");
    let words = [&b"huxin/join/v1\n"[..], &serde_json_canonicalizer::to_vec(&value).unwrap()].concat();
    file.signature = root.sign(&words);
    let written = file.encode().unwrap();
    JoinFile::read(&written).unwrap();
    seeds.add("join", "join-file", written);
    let scene = scene();
    let signature = scene.genesis.manifest().sign(&scene.secrets[&city(2)].root);
    let signature = FoundingSignature { version: 1, federation: scene.federation, city: city(2), signature };
    seeds.add("join", "founding-signature", signature.encode().unwrap());
    let transport = key("join transport");
    let public = KeyFolderPublic {
        version: 1,
        city: city(1),
        encrypted: true,
        root: root.public().clone(),
        peer_id: peer_id_text(&peer_id_bytes(transport.bytes())),
        transport,
        ground_check: key("join ground"),
        epochs: [1, 2]
            .map(|epoch| EpochPublic {
                epoch: Epoch(epoch),
                log: key(&format!("join log {epoch}")),
                cosigner: key(&format!("join cosigner {epoch}")),
                record: (epoch == 2).then_some(scene.federation),
            })
            .to_vec(),
    };
    seeds.add("join", "public-list", serde_json::to_vec_pretty(&public).unwrap());
}

const ROWS: &str = "id,code,name,aliases,list,field,ground,severity,authority,document,decided,until,note,event\n\
    1,91990099MA00000156,示例甲（合成）,甲;乙,black,field:court,拒不履行,3,示例法院,（2026）示例1号,2026-01-05,31/12/2027 00:00:00,年度评价,new\n\
    2,91990099MA00000156,\"示例乙, 合成\",,red,领域：tax,-,,示例税务局,,,,,移出\n\
    3,,Example Ltd,,grey,,无,9,,,05/01/2026,,,?\n";

fn sheet(rows: &str) -> String {
    let mut out =
        String::from("<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>");
    for (number, line) in (1..).zip(rows.lines()) {
        out.push_str(&format!("<row r=\"{number}\">"));
        for (column, cell) in (b'A'..=b'Z').zip(line.split(',')) {
            let cell = cell.trim_matches('"');
            let column = char::from(column);
            out.push_str(&match cell.parse::<f64>() {
                Ok(value) => format!("<c r=\"{column}{number}\"><v>{value}</v></c>"),
                Err(_) => format!("<c r=\"{column}{number}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>"),
            });
        }
        out.push_str("</row>");
    }
    out.push_str("</sheetData></worksheet>");
    out
}

fn lists(seeds: &mut Seeds) {
    seeds.add("csv", "rows", ROWS);
    seeds.add("csv", "rows-with-a-mark", format!("\u{feff}{ROWS}"));
    seeds.add("csv", "rows-in-gb18030", encoding_rs::GB18030.encode(ROWS).0.into_owned());
    seeds.add("csv", "a-row-too-short", "id,name\n1\n");
    seeds.add("csv", "an-open-quote", "id,name\n1,\"甲\n2,乙\n3,丙\n");
    seeds.add("csv", "semicolons-under-a-title", "名单\nid;name;code\n1;\"甲\n乙\";=\"91990099MA00000156\"\n;;\n");
    seeds.add("csv", "a-separator-named", "sep=;\r\nid;name\r\n1;甲\r\n");
    seeds.add(
        "csv",
        "utf-16",
        "\u{feff}id,name\n1,甲\n".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(),
    );
    seeds.add(
        "csv",
        "what-spreadsheets-do",
        "id,code,name,decided\n1,9.1E+17,#N/A,46027\n2,'91990099MA00000156,TRUE,26/1/5\n",
    );
    for (name, day) in [
        ("iso", "2026-01-05"),
        ("with-a-zone", "2026-01-05T15:59:59.000Z"),
        ("chinese", "2026年1月5日10时30分"),
        ("wide", "２０２６／１／５"),
        ("day-first", "05/01/2026"),
        ("digits", "20260105"),
        ("serial", "46027.5"),
        ("for-ever", "长期"),
        ("last", "9999-12-31"),
        ("two-digits", "26-1-5"),
        ("in-words", "5 January 2026"),
    ] {
        seeds.add("dates", name, day);
    }
    let mut lines = String::new();
    let mut rows = ROWS.lines();
    let names: Vec<&str> = rows.next().unwrap().split(',').collect();
    for row in rows {
        let object: Value =
            names.iter().zip(row.split(',')).map(|(name, cell)| ((*name).to_owned(), json!(cell))).collect();
        lines.push_str(&format!("{object}\n"));
    }
    lines.push_str("{\"id\":4,\"code\":null,\"name\":[1,{\"a\":2.5}],\"more\":true}\n");
    seeds.add("json-lines", "rows", lines);
    seeds.add(
        "json-lines",
        "a-key-twice",
        "{\"id\":1,\"name\":\"甲\",\"id\":2}\r\n{\"id\":1e18,\"code\":919900991234560405}\r\n",
    );
    let rows = sheet(ROWS);
    seeds.add("workbook", "rows", workbook_around(rows.as_bytes()).unwrap());
    seeds.add("sheet", "rows", rows);
    seeds.add("sheet", "few-cells", sheet("id,name\n1,甲\n"));
    let unseen = sheet("id,name\n1,甲\n2,乙\n")
        .replace("<row r=\"2\"", "<row r=\"2\" hidden=\"1\"")
        .replace("</sheetData>", "</sheetData><mergeCells count=\"1\"><mergeCell ref=\"A2:B3\"/></mergeCells>");
    seeds.add("sheet", "hidden-and-merged", unseen);
    let cells = "<c r=\"B2\" t=\"e\"><v>#N/A</v></c><c r=\"C2\" t=\"b\"><v>1</v></c><c r=\"D2\"><f>A1</f></c><c r=\"E2\"><v>9.1990099123456E+17</v></c></row>";
    seeds.add(
        "sheet",
        "what-spreadsheets-do",
        sheet("id,name,list,ground,code\n1\n").replacen("</row></sheetData>", &format!("{cells}</sheetData>"), 1),
    );
    seeds.add(
        "crosswalk",
        "links",
        "left,right,method,reviewer\nwb:1,idb:2,normalised name,nobody\nwb:3,wb:3,by hand,nobody\n",
    );
    for (name, profile, file) in [
        (
            "creditchina",
            include_str!("../../../../deploy/profiles/creditchina.toml"),
            "name,list,list_type,reason,case_no,authority,listed_on,eval_year,uscc\n示例甲,black,失信,拒不履行,1号,示例法院,2026-01-05,,91990099MA00000156\n",
        ),
        ("worldbank", include_str!("../../../../deploy/profiles/worldbank.toml"), "name\n"),
        ("ofac-events", include_str!("../../../../deploy/profiles/ofac-events.toml"), "{\"uid\":1}\n"),
    ] {
        seeds.add("profile", name, format!("{profile}\n---\n{file}"));
    }
}

fn requests(seeds: &mut Seeds) {
    let entry = json!({
        "subject": {"id": "uscc:91990099MA00000156", "class": "enterprise", "name": "示例甲（合成）", "aliases": ["甲"]},
        "list": "black", "list_name": "失信", "field": "court", "ground_text": "拒不履行", "severity": "serious",
        "basis": {"law": "示例", "document_number": "1号", "authority": "示例法院", "decided_on": "2026-01-05"},
        "measures": ["D-B-01"], "until": "2027-12-31", "summary": "合成样例", "record_ref": "row 3",
        "source": {"publisher": "nobody", "row": 3}, "derived_from": "c02-3", "disclosure": {"named": ["c02"]},
        "confirm_code": true
    });
    let _: EntryRequest = serde_json::from_value(entry.clone()).unwrap();
    let act = json!({"reason": "履行完毕", "document_number": "2号", "decided_on": "2026-03-01",
        "conditions": {"rectified": true, "commitment": true, "training": false, "credit_report": false}, "agency": "示例局"});
    let rule = serde_json::to_value(recognition(city(2))).unwrap();
    let scene = scene();
    let segment = scene.segment(scene.newest(city(2)), city(2), Seq(4), 2, Epoch(2)).unwrap().encode();
    let bytes = |text: &Value| text.to_string().into_bytes();
    for (name, line, body) in [
        ("publish-one", "POST /v1/entries", bytes(&entry)),
        ("publish-two", "POST /v1/entries", bytes(&json!({"entries": [entry, entry]}))),
        ("amend", "POST /v1/entries/c01-0/amendment", bytes(&entry)),
        ("repair", "POST /v1/entries/c01-0/repair", bytes(&act)),
        ("removal", "POST /v1/entries/c01.2-7/removal", bytes(&json!({"reason": "x"}))),
        ("decline", "POST /v1/entries/c02-3/decline", bytes(&json!({"reason": "x"}))),
        (
            "response",
            "POST /v1/entries/c02-3/response",
            bytes(&json!({"answers": [{"measure": "D-B-01", "answer": "declined", "reason": "x"},
                {"measure": "D-B-02", "answer": "applies", "from": "2026-03-01"}]})),
        ),
        (
            "feedback",
            "POST /v1/entries/c02-3/feedback",
            bytes(
                &json!({"measure": "D-B-01", "done": "lifted", "department": {"name": "示例局"}, "on": "2026-03-01"}),
            ),
        ),
        (
            "application",
            "POST /v1/entries/c02-3/application",
            bytes(&json!({"reason": "x", "filed_on": "2026-03-01", "by": "agent", "conditions": {"rectified": true}})),
        ),
        (
            "objection",
            "POST /v1/entries/c02-3/objection",
            bytes(&json!({"reason": "x", "filed_on": "2026-03-01", "by": "subject", "to": "repair_result"})),
        ),
        (
            "step",
            "POST /v1/entries/c02-3/step",
            bytes(&json!({"stage": "extended", "on": "2026-03-01", "reason": "x", "until": "2026-04-01"})),
        ),
        (
            "ruling",
            "POST /v1/entries/c02-3/ruling",
            bytes(&json!({"decision": "upheld", "reason": "x", "decided_on": "2026-03-01",
                "carried_out_by": {"amendment": entry}})),
        ),
        ("filings", "GET /v1/filings?open=true&after=c02-3", Vec::new()),
        ("bindings", "GET /v1/bindings?partner=c02&list=black&field=court&after=c02-3", Vec::new()),
        ("status-in-public", "GET /v1/subjects/test:S000003/status?public=true", Vec::new()),
        (
            "announce",
            "POST /v1/announcements",
            bytes(&json!({"addresses": ["/dns4/c01.example/tcp/4001", "/ip6/2001:db8::1/tcp/4001"]})),
        ),
        ("recognise", "POST /v1/recognitions", bytes(&rule)),
        ("live-records", "POST /v1/references/live", bytes(&json!({"prefix": "row "}))),
        (
            "records",
            "POST /v1/records",
            bytes(&json!({"rehearse": true, "commands": [
                {"do": "list", "entry": entry}, {"do": "amend", "id": "c01-0", "entry": entry},
                {"do": "act", "id": "c01-0", "verb": "repair", "act": act},
                {"do": "decline", "id": "c02-3", "decline": {"reason": "x"}},
                {"do": "joint", "id": "c02-3", "joint": {"step": {"stage": "received", "on": "2026-03-01"}}}]})),
        ),
        ("references", "POST /v1/references", bytes(&json!({"refs": ["row 3", "row 6"]}))),
        ("record", "POST /v1/rotation/record", scene.records[0].clone()),
        ("hold", "POST /v1/rotation/hold", Vec::new()),
        ("import", "POST /v1/segments", segment),
        ("segment", "GET /v1/segments?city=c02&from=3&epoch=1", Vec::new()),
        ("status", "GET /v1/subjects/test:S000003/status?explain=true", Vec::new()),
        ("status-then", "GET /v1/subjects/test:S000004/status?at=2026-01-02&explain=false", Vec::new()),
        ("status-at-the-end", "GET /v1/subjects/test:S000004/status?at=9223372036854775807", Vec::new()),
        ("entry", "GET /v1/entries/c02-5", Vec::new()),
        ("proof", "GET /v1/entries/c02-5/proof", Vec::new()),
        ("reference", "GET /v1/references/row%203", Vec::new()),
        ("heads", "GET /v1/heads", Vec::new()),
        ("recognitions", "GET /v1/recognitions", Vec::new()),
        ("peers", "GET /v1/peers", Vec::new()),
        ("no-path", "DELETE /v1/%ff/../x", b"{}".to_vec()),
        ("a-question-of-the-wire", "PUT /v1/segments", Request::Heads { digest: scene.federation }.encode()),
    ] {
        seeds.add("http", name, [line.as_bytes(), b"\n", &body].concat());
    }
}
