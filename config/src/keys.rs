//! The registry of keys: one row each, with its form, an example and a line of explanation. Nothing is offered here
//! that the node does not do.

use crate::key::{Form, Key};
use crate::settings::{Language, LogFormat, LogLevel, PassphrasePlace, Settings};
use huxin_protocol::ids::CityCode;
use std::net::SocketAddr;

/// A part of the file.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    pub name: &'static str,
}

/// The sections in the order in which they are written.
pub static SECTIONS: &[Section] = &[
    Section { name: "node" },
    Section { name: "listen" },
    Section { name: "network" },
    Section { name: "publish" },
    Section { name: "limits" },
    Section { name: "storage" },
    Section { name: "rights" },
    Section { name: "catalogue" },
    Section { name: "log" },
];

fn set_api(settings: &mut Settings, text: &str) -> Result<(), &'static str> {
    let address: SocketAddr = text.parse().map_err(|_| "an address is written host:port, with the host in numbers")?;
    if !address.ip().is_loopback() {
        return Err("in this release the interface speaks plain HTTP and listens on this machine only; \
                    put a proxy with TLS before it to reach it from elsewhere");
    }
    settings.listen.api = address;
    Ok(())
}

/// Every key, in the order in which they are written.
pub static KEYS: &[Key] = &[
    Key {
        section: "node",
        name: "city",
        example: "\"330900\"",
        english: "The city that this node speaks for: its code in the federation's manifest. Has no default.",
        chinese: "本节点所代表的城市:联盟创始文件中的城市代码。无默认值。",
        form: Form::Text {
            due: "a city code of 2 to 16 lower-case letters or digits, in quotation marks",
            set: |settings, text| {
                settings.node.city =
                    CityCode::new(text).map_err(|_| "a city code is 2 to 16 lower-case letters or digits")?;
                Ok(())
            },
            show: |settings| settings.node.city.to_string(),
        },
    },
    Key {
        section: "node",
        name: "data",
        example: "\"data\"",
        english: "Folder of the store. Back it up apart from the keys.",
        chinese: "数据目录。请与密钥分开备份。",
        form: Form::Path { at: |settings| &mut settings.node.data },
    },
    Key {
        section: "node",
        name: "keys",
        example: "\"keys\"",
        english: "Folder of the city's keys; no other account may read it.",
        chinese: "密钥目录;其他账户不得读取。",
        form: Form::Path { at: |settings| &mut settings.node.keys },
    },
    Key {
        section: "node",
        name: "genesis",
        example: "\"genesis.cbor\"",
        english: "The federation's genesis file, signed by all founding cities.",
        chinese: "联盟创始文件,由全部创始城市签署。",
        form: Form::Path { at: |settings| &mut settings.node.genesis },
    },
    Key {
        section: "node",
        name: "passphrase",
        example: "\"file:/etc/huxin/passphrase\"",
        english: "Where the keys' passphrase comes from: prompt, environment (HUXIN_PASSPHRASE), systemd, file:PATH, or none for a demonstration.",
        chinese: "密钥口令的来源:prompt(询问)、environment(HUXIN_PASSPHRASE)、systemd、file:路径;none 仅用于演示。",
        form: Form::Text {
            due: "prompt, environment, systemd, none or file:PATH, in quotation marks",
            set: |settings, text| {
                settings.node.passphrase =
                    PassphrasePlace::of(text).ok_or("it is prompt, environment, systemd, none or file:PATH")?;
                Ok(())
            },
            show: |settings| settings.node.passphrase.to_string(),
        },
    },
    Key {
        section: "node",
        name: "language",
        example: "\"zh-CN\"",
        english: "Language of messages and pages: zh-CN or en.",
        chinese: "消息与页面的语言:zh-CN 或 en。",
        form: Form::Text {
            due: "zh-CN or en, in quotation marks",
            set: |settings, text| {
                settings.node.language = Language::of(text).ok_or("it is zh-CN or en")?;
                Ok(())
            },
            show: |settings| settings.node.language.to_string(),
        },
    },
    Key {
        section: "listen",
        name: "p2p",
        example: "[\"/ip4/0.0.0.0/tcp/7651\"]",
        english: "Addresses on which partner cities may connect. Empty: this node only dials.",
        chinese: "供伙伴城市连接的监听地址。留空则只主动拨出。",
        form: Form::Addresses { peer_due: false, at: |settings| &mut settings.listen.p2p },
    },
    Key {
        section: "listen",
        name: "api",
        example: "\"127.0.0.1:7650\"",
        english: "Address of the HTTP interface and pages. Only on this machine in this release.",
        chinese: "HTTP 接口与页面的地址。本版本仅限本机访问。",
        form: Form::Text {
            due: "an address on this machine with its port, in quotation marks",
            set: set_api,
            show: |settings| settings.listen.api.to_string(),
        },
    },
    Key {
        section: "listen",
        name: "token",
        example: "\"api-token\"",
        english: "File with the secret token of the HTTP interface; made at the first start if it is missing.",
        chinese: "HTTP 接口密钥令牌文件;缺失时首次启动自动生成。",
        form: Form::Path { at: |settings| &mut settings.listen.token },
    },
    Key {
        section: "listen",
        name: "read_token",
        example: "\"api-token-read\"",
        english: "File with a second token that only reads, for Prometheus and for looking things up; made at the first start if it is missing.",
        chinese: "只读令牌文件,供监控与查询使用;缺失时首次启动自动生成。",
        form: Form::Path { at: |settings| &mut settings.listen.read_token },
    },
    Key {
        section: "network",
        name: "gossip",
        example: "true",
        english: "Spread fresh statements at once. Without it they arrive with the next comparison.",
        chinese: "即时传播新声明。关闭后随下一次比对到达。",
        form: Form::Flag { at: |settings| &mut settings.network.gossip },
    },
    Key {
        section: "network",
        name: "anti_entropy",
        example: "true",
        english: "Compare logs with partners and fetch what is missing. Without it gaps stay until an import.",
        chinese: "与伙伴比对日志并补齐缺失。关闭后缺口只能靠导入补齐。",
        form: Form::Flag { at: |settings| &mut settings.network.anti_entropy },
    },
    Key {
        section: "network",
        name: "sync_seconds",
        example: "30",
        english: "Seconds between two comparisons with a partner (1 to 3600).",
        chinese: "与同一伙伴两次比对的间隔秒数(1 至 3600)。",
        form: Form::Number { least: 1, most: 3600, at: |settings| &mut settings.network.sync_seconds },
    },
    Key {
        section: "network",
        name: "heartbeat_seconds",
        example: "60",
        english: "Seconds between two signatures that show the own log is fresh (1 to 3600). Partners call a log stale after 24 h by default.",
        chinese: "证明本市日志新鲜的两次签名间隔秒数(1 至 3600)。伙伴默认 24 小时后视为陈旧。",
        form: Form::Number { least: 1, most: 3600, at: |settings| &mut settings.network.heartbeat_seconds },
    },
    Key {
        section: "network",
        name: "dial",
        example: "[\"/dns4/node.example.cn/tcp/7651/p2p/12D3KooWBmAwcd4PJNJvfV89HwE48nwkRmAgo8Vy3uQEyNNHBox2\"]",
        english: "Addresses of partners beside those that they announce, each with its peer id.",
        chinese: "除伙伴自行公告之外的拨出地址,须含节点标识。",
        form: Form::Addresses { peer_due: true, at: |settings| &mut settings.network.dial },
    },
    Key {
        section: "publish",
        name: "partners_before_signing",
        example: "1",
        english: "Partners that must have confirmed, after a start, that they hold nothing newer of our log before this node signs. Left out: half of them, sixteen at most. Say fewer while most partners run no node yet; 0 is only safe alone: a restored node might contradict what it said before.",
        chinese: "启动后、签名之前须有多少个伙伴确认未持有更新的本市日志。未设置时为伙伴的半数,最多十六个。多数伙伴尚未运行节点时可调低;0 仅用于单机演示:恢复后的节点可能与先前所言矛盾。",
        form: Form::OptionalNumber {
            least: 0,
            most: 1000,
            at: |settings| &mut settings.publish.partners_before_signing,
        },
    },
    Key {
        section: "publish",
        name: "batch_max",
        example: "256",
        english: "Inputs that are made durable together, with one sync of the disk (1 to 4096).",
        chinese: "一次落盘合并处理的输入数(1 至 4096)。",
        form: Form::Number { least: 1, most: 4096, at: |settings| &mut settings.publish.batch_max },
    },
    Key {
        section: "limits",
        name: "writer_queue",
        example: "1024",
        english: "Inputs that may wait for the writer; beyond, clients and peers are asked to come again (16 to 65536).",
        chinese: "等待写入线程的输入上限;超出时请客户端或对端稍后再来(16 至 65536)。",
        form: Form::Number { least: 16, most: 65_536, at: |settings| &mut settings.limits.writer_queue },
    },
    Key {
        section: "limits",
        name: "request_kib",
        example: "1024",
        english: "Longest body of an HTTP request in KiB (64 to 65536).",
        chinese: "HTTP 请求体上限,单位 KiB(64 至 65536)。",
        form: Form::Number { least: 64, most: 65_536, at: |settings| &mut settings.limits.request_kib },
    },
    Key {
        section: "limits",
        name: "member_statements",
        example: "5000000",
        english: "Statements of another city that are fetched at full speed. What it logs beyond comes slowly, and its entries show \"confirm\" (1 to 4000000000).",
        chinese: "对其他每一城市全速接收的声明数。超出部分缓慢接收,其条目显示“请核实”(1 至 4000000000)。",
        form: Form::Number { least: 1, most: 4_000_000_000, at: |settings| &mut settings.limits.member_statements },
    },
    Key {
        section: "limits",
        name: "member_statements_per_day",
        example: "100000",
        english: "So many more with every day since the founding (0 to 100000000).",
        chinese: "自联盟成立起每日增加的声明数(0 至 100000000)。",
        form: Form::Number {
            least: 0,
            most: 100_000_000,
            at: |settings| &mut settings.limits.member_statements_per_day,
        },
    },
    Key {
        section: "limits",
        name: "member_mib",
        example: "16384",
        english: "MiB on this node's disk that another city's log may take at full speed (1 to 4000000000).",
        chinese: "其他每一城市日志全速接收时可占本机磁盘的 MiB 数(1 至 4000000000)。",
        form: Form::Number { least: 1, most: 4_000_000_000, at: |settings| &mut settings.limits.member_mib },
    },
    Key {
        section: "limits",
        name: "member_mib_per_day",
        example: "256",
        english: "So many MiB more with every day since the founding (0 to 100000000).",
        chinese: "自联盟成立起每日增加的 MiB 数(0 至 100000000)。",
        form: Form::Number { least: 0, most: 100_000_000, at: |settings| &mut settings.limits.member_mib_per_day },
    },
    Key {
        section: "storage",
        name: "cache_mib",
        example: "512",
        english: "Memory for blocks of the store in MiB (8 to 65536). Left out: a sixteenth of the machine's memory, at least 64 and at most 1024.",
        chinese: "存储块缓存,单位 MiB(8 至 65536)。未设置时取本机内存的十六分之一,不少于 64,不多于 1024。",
        form: Form::OptionalNumber { least: 8, most: 65_536, at: |settings| &mut settings.storage.cache_mib },
    },
    Key {
        section: "storage",
        name: "max_open_files",
        example: "512",
        english: "Files that the store may hold open (64 to 65536).",
        chinese: "存储可同时打开的文件数(64 至 65536)。",
        form: Form::Number { least: 64, most: 65_536, at: |settings| &mut settings.storage.max_open_files },
    },
    Key {
        section: "storage",
        name: "low_mib",
        example: "1024",
        english: "Free space in MiB below which the node warns (16 to 1048576).",
        chinese: "可用空间低于此值(MiB)时告警(16 至 1048576)。",
        form: Form::Number { least: 16, most: 1_048_576, at: |settings| &mut settings.storage.low_mib },
    },
    Key {
        section: "storage",
        name: "min_free_mib",
        example: "256",
        english: "Free space in MiB below which this city signs only endings and takes nothing of others; below half of it nothing is written (16 to 1048576).",
        chinese: "可用空间低于此值(MiB)时本市只签发终止类声明(修复、撤销、移出、删除),不接收他市内容;低于其一半时停止写入(16 至 1048576)。",
        form: Form::Number { least: 16, most: 1_048_576, at: |settings| &mut settings.storage.min_free_mib },
    },
    Key {
        section: "rights",
        name: "allow_natural_persons",
        example: "false",
        english: "Let this city publish entries about natural persons (to named cities only; the city masks names and ids itself).",
        chinese: "允许本市发布自然人条目(只向指名的城市披露;姓名与证件号由本市自行脱敏)。",
        form: Form::Flag { at: |settings| &mut settings.rights.allow_natural_persons },
    },
    Key {
        section: "catalogue",
        name: "editions",
        example: "[\"mdb\"]",
        english: "Editions of the measure catalogue that bind here: built-in ones by name (mdb, demo), files as PATH#DIGEST. demo is of no legal force; never name it in a real federation.",
        chinese: "本机采用的措施清单版本:内置版本写名称(mdb、demo),文件写 路径#摘要。demo 仅供演示,不具法律效力,正式联盟不得采用。",
        form: Form::Editions { at: |settings| &mut settings.catalogue.editions },
    },
    Key {
        section: "catalogue",
        name: "crosswalk",
        example: "\"crosswalk.csv\"",
        english: "File that links identifiers of one subject, each with method and reviewer. Left out: none are linked.",
        chinese: "关联同一主体不同标识的对照文件,逐条注明方法与复核人。省略则不关联。",
        form: Form::OptionalPath { at: |settings| &mut settings.catalogue.crosswalk },
    },
    Key {
        section: "log",
        name: "level",
        example: "\"info\"",
        english: "What is logged: error, warn, info, debug or trace.",
        chinese: "日志级别:error、warn、info、debug 或 trace。",
        form: Form::Text {
            due: "error, warn, info, debug or trace, in quotation marks",
            set: |settings, text| {
                settings.log.level = LogLevel::of(text).ok_or("it is error, warn, info, debug or trace")?;
                Ok(())
            },
            show: |settings| settings.log.level.to_string(),
        },
    },
    Key {
        section: "log",
        name: "format",
        example: "\"text\"",
        english: "How it is logged: text for people, json for machines.",
        chinese: "日志格式:text 便于阅读,json 便于程序处理。",
        form: Form::Text {
            due: "text or json, in quotation marks",
            set: |settings, text| {
                settings.log.format = LogFormat::of(text).ok_or("it is text or json")?;
                Ok(())
            },
            show: |settings| settings.log.format.to_string(),
        },
    },
];
