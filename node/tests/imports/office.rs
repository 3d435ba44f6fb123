//! A city with nobody to ask, its running node, and an officer at the command line who imports lists.

use crate::lone;
use huxin::client::Client;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};

/// What one row was answered: its outcome, with the reason's code behind a colon where it has one that matters.
pub type Answers = Vec<(u64, String)>;

pub struct Office {
    folder: tempfile::TempDir,
    config: PathBuf,
    node: Child,
    pub client: Client,
    api: String,
}

/// The end of one command.
pub struct Ended {
    pub exit: i32,
    pub json: Value,
    pub errors: String,
}

impl Office {
    pub fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = lone::alone(&folder.path().join("city"));
        let (node, client) = lone::start(&config, |_| {});
        let client = client.unwrap();
        let api = client.base().trim_start_matches("http://").to_owned();
        Self { folder, config, node, client, api }
    }

    /// The node again, after a kill.
    pub fn restart(&mut self) {
        self.kill();
        let (node, client) = lone::start(&self.config, |_| {});
        (self.node, self.client) = (node, client.unwrap());
        self.api = self.client.base().trim_start_matches("http://").to_owned();
    }

    pub fn kill(&mut self) {
        self.node.kill().unwrap();
        self.node.wait().unwrap();
    }

    /// A file of this test.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_huxin"));
        command.arg("--json").arg("--config").arg(&self.config).args(args).env("HUXIN_LISTEN_API", &self.api);
        command
    }

    pub fn run(&self, args: &[&str]) -> Ended {
        let Output { status, stdout, stderr } = self.command(args).output().unwrap();
        let text = String::from_utf8_lossy(&stdout);
        let errors = String::from_utf8_lossy(&stderr).into_owned();
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        assert!(!errors.contains("panicked"), "huxin {args:?}: {errors}");
        Ended { exit: status.code().unwrap_or(-1), json, errors: format!("{text}{errors}") }
    }

    /// Imports a file, with rejects passed over.
    pub fn import(&self, file: &Path, profile: &Path, more: &[&str]) -> Ended {
        let (file, profile) = (file.to_str().unwrap(), profile.to_str().unwrap());
        let args = [&["publish", "--file", file, "--profile", profile, "--keep-going"], more].concat();
        self.run(&args)
    }

    /// Statements in the city's own log.
    pub fn size(&self) -> u64 {
        self.client.heads().unwrap().heads[0].size.0
    }

    /// Live records of a source: reference and subject.
    pub fn live(&self, prefix: &str) -> BTreeMap<String, String> {
        let mut live = BTreeMap::new();
        let mut after = None;
        loop {
            let request = huxin_api::model::LiveRequest { prefix: prefix.to_owned(), after };
            let page = self.client.live(&request).unwrap();
            for item in page.live {
                let subject = item.listing.unwrap().subject;
                live.insert(item.record_ref, format!("{} {}", subject.id, subject.name));
            }
            after = page.next;
            if after.is_none() {
                return live;
            }
        }
    }

    /// Texts of the live records of a source, by reference.
    pub fn grounds(&self, prefix: &str) -> BTreeMap<String, String> {
        let request = huxin_api::model::LiveRequest { prefix: prefix.to_owned(), after: None };
        let live = self.client.live(&request).unwrap().live;
        live.into_iter().map(|item| (item.record_ref, item.listing.unwrap().ground_text)).collect()
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        let _ = self.node.kill();
        let _ = self.node.wait();
    }
}

impl Ended {
    /// Every row with its outcome; rejected ones with their code.
    pub fn answers(&self) -> Answers {
        let rows = self.json["answers"].as_array().unwrap_or_else(|| panic!("no report: {}", self.errors));
        let one = |row: &Value| {
            let outcome = row["outcome"].as_str().unwrap();
            let code = row["code"].as_str().filter(|_| outcome == "rejected");
            (row["row"].as_u64().unwrap(), code.map_or(outcome.to_owned(), |code| format!("{outcome}:{code}")))
        };
        rows.iter().map(one).collect()
    }

    /// Outcomes in words: `listed listed rejected:code_scientific`.
    pub fn words(&self) -> String {
        self.answers().into_iter().map(|(_, word)| word).collect::<Vec<_>>().join(" ")
    }

    /// The sum of the counts is the number of rows, whatever happened.
    pub fn sums(&self) -> &Self {
        let counts = self.json["counts"].as_object().unwrap();
        let sum: u64 = counts.values().map(|count| count.as_u64().unwrap()).sum();
        assert_eq!(Some(sum), self.json["rows"].as_u64(), "{}", self.json);
        assert_eq!(self.json["answers"].as_array().map(Vec::len), Some(sum as usize));
        self
    }
}
