//! What to try, in Chinese: next steps of faults as the sources write them, in the order of their bytes. `{}` stands for what is named
//! there, in the order of the English. `tests.rs` holds the table against every next step that the sources have.

pub(super) const NEXT_STEPS: &[(&str, &str)] = &[
    (
        "`huxin keys rotate --resume` goes on with it, `huxin keys rotate --cancel` gives it up",
        "用 `huxin keys rotate --resume` 继续，或用 `huxin keys rotate --cancel` 放弃",
    ),
    (
        "add --announce /dns4/NAME/tcp/7651, or --announce none where partners cannot dial it",
        "加 --announce /dns4/名称/tcp/7651；伙伴无法拨入时加 --announce none",
    ),
    ("add --from 2026-01-01", "加规则的起日，如 --from 2026-01-01"),
    (
        "amendment, annulment, removal, repair, erasure, reinstatement, suspension, resumption, withdrawal, decline, response, feedback, application, objection, step or ruling",
        "可用：amendment、annulment、removal、repair、erasure、reinstatement、suspension、resumption、withdrawal、decline、response、feedback、application、objection、step、ruling",
    ),
    ("an address is written /ip4/192.0.2.1/tcp/7651", "地址写作 /ip4/192.0.2.1/tcp/7651"),
    ("announce the name or number under which partners reach this machine", "请写伙伴能拨到本机的域名或地址"),
    (
        "annul the wrong entry (`huxin annul`), and publish the right one as a new entry",
        "先撤销错误的条目（`huxin annul`），再把正确的作为新条目签发",
    ),
    (
        "answer at least one measure of the entry; `huxin decline` opts out of the whole of it",
        "至少答复条目的一项措施；整条不予适用时用 `huxin decline`",
    ),
    ("answer each measure once", "每项措施只答复一次"),
    ("ask again when `huxin peers` shows the log's size", "待 `huxin peers` 显示该日志的长度后再查"),
    ("ask again when the log's next checkpoint has come", "待该日志的下一个检查点到达后再试"),
    ("ask for a manifest made with this city's join file", "请索取用本市加入文件制作的创始清单"),
    (
        "ask the city that listed for the text; `huxin peers` shows what is lacking here",
        "请列入城市提供正文；`huxin peers` 显示此处缺少什么",
    ),
    ("ask the city to send the file again, as it was written", "请该城市把文件原样重新送来"),
    ("ask the city to write the file again with its name", "请该城市写明名称后重新制作文件"),
    ("ask the exporter for the bundle again; do not act on this file", "请导出方重新提供证明文件，不要依据此文件办理"),
    ("ask the federation's roster for the epoch in force and continue from it", "向联盟查明现行密钥期，从其后继续"),
    (
        "ask under 127.0.0.1, [::1] or localhost; a proxy in front of the node passes requests on under such a name",
        "请用 127.0.0.1、[::1] 或 localhost 访问；节点前的代理也须以这样的主机名转发",
    ),
    ("bring a file that `huxin export` wrote", "请提供 `huxin export` 写出的文件"),
    ("bring its network up, or correct {}", "先启用本机网络，或改正 {}"),
    (
        "bring root.pem back into the folder for this step, then take it away again",
        "此步骤期间把 root.pem 放回目录，完成后再取走",
    ),
    ("bring what lies before it first, then this again", "先导入它之前的部分，再导入这一段"),
    ("built in are {}; a file is written as PATH#DIGEST", "内置版本有 {}；文件写作 路径#摘要"),
    ("carry the file over again; what is held already is passed over", "请把文件重新送来；已有的部分会自动略过"),
    ("check --config", "检查 --config 所指的设置文件"),
    ("check --config, [node] city and [node] keys", "检查 --config、[node] city 和 [node] keys"),
    (
        "check [listen] p2p; the lines of the log before this one say what each socket met",
        "检查 [listen] p2p；日志中此前各行说明了每个地址的情况",
    ),
    (
        "check [node] city and [node] data: one of the two is not this node's",
        "检查 [node] city 和 [node] data：其中一项不属于本节点",
    ),
    ("check [node] city and [node] genesis", "检查 [node] city 和 [node] genesis"),
    (
        "check [node] data and [node] genesis: one of the two is not this node's",
        "检查 [node] data 和 [node] genesis：其中一项不属于本节点",
    ),
    ("check [node] data, city and genesis", "检查 [node] data、city 和 genesis"),
    (
        "check [node] data; a new node begins with `huxin init`, and a store that was lost comes back with `huxin restore`",
        "检查 [node] data；新节点先运行 `huxin init`，丢失的库用 `huxin restore` 恢复",
    ),
    (
        "check [node] keys, and that the genesis was founded with these keys",
        "检查 [node] keys，以及创始文件是否用这些密钥创建",
    ),
    (
        "check owner and rights of the folder, and run the command as the node's account",
        "检查文件夹的属主和权限，并以节点的账户运行命令",
    ),
    ("check that it is of this federation, and ask its city for it again", "检查是否属于本联盟，并请该城市重新提供"),
    (
        "check that the disk has room and that this account may use the folder",
        "检查磁盘空间，以及本账户能否使用该文件夹",
    ),
    (
        "check the code of the measure against the edition's text; of an edition that is not loaded, load it first",
        "对照措施清单版本检查措施代码；所属版本尚未载入的，先载入",
    ),
    ("check the disk, and the machine's log", "检查磁盘和本机日志"),
    (
        "check the disk, then start the node again: it goes on from what was kept",
        "检查磁盘后重新启动节点，从已保存处继续",
    ),
    (
        "check the id, and `huxin peers` for how far the logs are held",
        "检查编号；用 `huxin peers` 查看各日志在此到哪一条",
    ),
    ("check the machine: without random bytes no key can be made", "检查本机：没有随机数就无法生成密钥"),
    ("check the path and its permissions", "检查路径及其权限"),
    (
        "check the path in [node] passphrase and that this account may read the file",
        "检查 [node] passphrase 中的路径，以及本账户能否读取",
    ),
    (
        "check where the passphrase comes from; a damaged file answers the same, so try the backup too",
        "检查口令的来源；文件损坏时也是这一结果，可再试备份",
    ),
    ("check {}", "检查 {}"),
    ("choose a share such as 2/3", "请写一个比例，如 2/3"),
    (
        "choose another place, or move the old one away by hand if it is really no longer needed",
        "请换一个位置；原有的确不再需要时，可手工移走",
    ),
    ("collect the signature of every founding city over the same manifest", "收齐全部创始城市对同一份创始清单的签名"),
    ("compare [network] dial with `huxin federation show`", "把 [network] dial 与 `huxin federation show` 对照"),
    (
        "compare `huxin keys show` with `huxin federation show`; put back the newest backup of the key folder",
        "把 `huxin keys show` 与 `huxin federation show` 对照；放回密钥目录的最新备份",
    ),
    (
        "compare it with the certificate; where that shows it like this, ask again with `huxin status --confirm-code`",
        "请与证照核对；证照上确是如此的，用 `huxin status --confirm-code` 再查",
    ),
    (
        "compare it with the certificate; where that shows it like this, write confirm_code = true in the entry",
        "请与证照核对；证照上确是如此的，在条目中写 confirm_code = true",
    ),
    ("compare the code with the department's certificate, or leave it out", "请与该部门的证书核对代码，或不写"),
    (
        "compare the file with what was published; write the new digest only if you accept the new edition",
        "把文件与公布的版本对照；确认采用新版本后，再写新的摘要",
    ),
    (
        "compare the request with the shapes in node/api/src/model; unknown fields are refused",
        "请求的形式见 node/api/src/model；未知的项会被拒绝",
    ),
    ("compare the two days", "请核对这两个日期"),
    ("complete the entry by the rules of its catalogue edition", "按所属措施清单版本的规则补全条目"),
    ("complete what the refusal names, by the conditions of the listing's rules", "按该名单的修复条件，补全所列各项"),
    (
        "connect partners (`huxin peers`); once they have said how far they hold this city's log, and it has been fetched, it is proved",
        "请先连上伙伴（`huxin peers`）；伙伴说明本市日志到哪一条、且已取回之后，即可证明",
    ),
    (
        "copy the keys of that epoch into the key folder, from its newest backup, and start the node again",
        "从最新备份把该期密钥放回密钥目录，再启动节点",
    ),
    ("correct [node] passphrase", "改正 [node] passphrase"),
    (
        "correct the file where the sentence says; `huxin edition check FILE` reads it again",
        "按所说之处改正文件，再用 `huxin edition check 文件` 读一遍",
    ),
    (
        "correct the lines named, or write a fresh file with every key explained by huxin init",
        "改正所列各行，或用 huxin init 重写一份带说明的设置文件",
    ),
    ("correct the rows above at their source, and check the file again", "在来源处改正以上各行，再检查文件"),
    (
        "correct these places; `huxin publish --template black` prints an entry to fill in",
        "改正以上各处；`huxin publish --template black` 打印可填写的条目",
    ),
    ("correct these rows first; nothing was signed", "请先改正这些行；尚未签署任何内容"),
    (
        "do not sign; ask for a manifest made from this folder's own join file",
        "不要签署；请索取用本目录加入文件制作的创始清单",
    ),
    ("encrypt the file again with scrypt N = 16384, r = 8, p = 1", "请以 scrypt N = 16384、r = 8、p = 1 重新加密文件"),
    (
        "end it with `huxin annul {}`, `huxin remove {}` or `huxin repair {}`",
        "请用 `huxin annul {}`、`huxin remove {}` 或 `huxin repair {}` 终止",
    ),
    ("export the file again, and carry it over unchanged", "请重新导出文件，原样送来"),
    (
        "fetch it from the federation and put it there, or found one with `huxin federation found`",
        "向联盟索取后放到该处，或用 `huxin federation found` 创建联盟",
    ),
    ("fetch the genesis file again from another member", "向另一成员重新索取创始文件"),
    (
        "fetch the genesis file from the federation, or found one with `huxin federation found`",
        "向联盟索取创始文件，或用 `huxin federation found` 创建联盟",
    ),
    ("give a passphrase, or choose none explicitly for a demonstration", "请给出口令；仅作演示时可明确选择 none"),
    ("give both the reason and the new day", "请同时写明理由和新的日期"),
    ("give the day on which it was decided", "请写作出决定的日期"),
    ("give the day on which it was done", "请写办理当天的日期"),
    ("have every city sign the same manifest", "请全部城市签署同一份创始清单"),
    ("huxin backup FOLDER", "写明文件夹：huxin backup 文件夹"),
    ("huxin keys show", "用 huxin keys show 查看"),
    ("if that is meant, say so: --confirm {}", "确有此意，请加 --confirm {}"),
    ("if this is the edition that you accept, write {}#{}", "确认采用这一版本的，请写 {}#{}"),
    ("import the same file again: what is held is passed over", "请再次导入同一文件；已有的部分会自动略过"),
    ("import what lies before them first, or ask for the export again", "先导入它们之前的部分，或请对方重新导出"),
    (
        "is another node running? stop it, or choose another port in [listen] p2p",
        "是否有另一个节点在运行？请停止它，或在 [listen] p2p 中换一个端口",
    ),
    (
        "is another node running? stop it, or choose another port in {}",
        "是否有另一个节点在运行？请停止它，或在 {} 中换一个端口",
    ),
    (
        "it does not continue what is held here: it is damaged, or its city signed another history; let a partner be asked first",
        "与此处所持的不相接：可能已损坏，或该城市签署了另一份历史；请先由本节点向伙伴核对",
    ),
    (
        "keep the lengths in bytes: summary 8192, reason 8192, ground and law 4096, names 512, codes 128; a measure stands once",
        "各项长度（字节）不超过：摘要和理由 8192，事由和依据 4096，名称 512，代码 128；措施不重复",
    ),
    ("known here are {}; a file is written with its ending .json", "本机有 {}；文件须写出结尾 .json"),
    (
        "leave it as it is, and run `huxin fsck`; then `huxin restore` from a backup, or let it come from partners",
        "保持原样，运行 `huxin fsck`；然后用 `huxin restore` 从备份恢复，或从伙伴取回",
    ),
    ("leave one of the two out", "两者只写一个"),
    (
        "leave one of them out of [catalogue] editions; nobody could say which of them binds",
        "从 [catalogue] editions 中去掉其中一个，否则无从确定适用哪一个",
    ),
    ("leave out what would carry it out, or say that the filing is upheld", "去掉落实的内容，或写明予以支持"),
    ("leave the day out, or say that the measure is applied from it on", "去掉日期，或写明自该日起实施"),
    (
        "let at least one founder make its join file with `huxin init … --announce ADDRESS`",
        "请至少一座创始城市用 `huxin init … --announce 地址` 制作加入文件",
    ),
    (
        "let the node fetch its log from partners, then try again; --forced only if the record never left this house",
        "待节点从伙伴取回日志后再试；仅当该记录从未离开本单位时，才加 --forced",
    ),
    (
        "look at `huxin peers`: when enough partners have answered, signing begins by itself; [publish] partners_before_signing says how many",
        "用 `huxin peers` 查看：足够的伙伴答复后自动开始签名；数目见 [publish] partners_before_signing",
    ),
    ("look at it with `huxin entry {}`", "用 `huxin entry {}` 查看"),
    (
        "look at it with `huxin entry {}`, and amend it with `huxin amend {}`",
        "用 `huxin entry {}` 查看，用 `huxin amend {}` 更正",
    ),
    (
        "look at it with `huxin entry {}`: which city it is of, and of which kind",
        "用 `huxin entry {}` 查看：属于哪座城市、是哪一类声明",
    ),
    ("look at its node.log with --folder", "加 --folder 保留文件，查看其中的 node.log"),
    ("look at the card and enter it again; it is repeated nowhere", "请对照证件重新输入；号码不会在别处重复显示"),
    ("look at the decline with `huxin entry {}`", "用 `huxin entry {}` 查看该决定"),
    (
        "look at the differences above, and at the node.log files with --folder",
        "见以上不同之处；加 --folder 保留文件，查看其中的 node.log",
    ),
    ("look at the disk and its free space", "检查磁盘及其剩余空间"),
    (
        "look at the disk, then start the node again; what was not answered was not promised",
        "检查磁盘后重新启动节点；没有答复的即未作承诺",
    ),
    ("look at the ending with `huxin entry {}`", "用 `huxin entry {}` 查看该终止"),
    ("look at the log before", "查看此前的日志"),
    ("look at the machine's log, and send the request again", "查看本机日志，再发一次请求"),
    ("look at the node's log, and start it again", "查看节点日志，再启动节点"),
    (
        "look at the node.log files with --folder, and whether the machine is overloaded",
        "加 --folder 保留文件，查看各 node.log，以及本机是否过载",
    ),
    ("look at the reasons above", "见以上各项原因"),
    ("look at what it would do, and say --yes", "看清将要执行的内容后，加 --yes"),
    (
        "look the entry up before you repeat the command: it may have been carried out",
        "请先查询条目，再决定是否重复命令：可能已经执行",
    ),
    ("make a new key", "请生成新密钥"),
    (
        "make it first: useradd --system --home-dir {} --no-create-home --shell /usr/sbin/nologin {}",
        "请先建立：useradd --system --home-dir {} --no-create-home --shell /usr/sbin/nologin {}",
    ),
    ("make it, or name another place", "请先建立，或换一个位置"),
    ("make room on the data folder's disk", "请为数据所在磁盘腾出空间"),
    ("make room on the data folder's disk; everything goes on by itself", "请为数据所在磁盘腾出空间；之后自动恢复"),
    ("make room on the disk; the node starts once there is", "请为磁盘腾出空间；之后节点即可启动"),
    ("make room where the output goes; what was signed stays signed", "请为输出位置腾出空间；已签署的仍然有效"),
    (
        "measure with fewer --statements, or on a machine that is less busy",
        "减少 --statements 的数目，或换一台较空闲的机器测量",
    ),
    ("name a folder that `huxin backup` made", "请写 `huxin backup` 所建的文件夹"),
    ("name a measure that `huxin entry` shows of the entry", "请写 `huxin entry` 所示该条目的措施"),
    ("name a new folder for each backup; nothing is written over", "每次备份请写一个新文件夹；不会覆盖任何内容"),
    (
        "name an edition that `GET /v1/info` lists, or load it: [catalogue] editions in the settings",
        "请写 `GET /v1/info` 所列的版本，或在设置的 [catalogue] editions 中载入",
    ),
    (
        "name an edition that `GET /v1/info` lists, or load one: [catalogue] editions in the settings",
        "请写 `GET /v1/info` 所列的版本，或在设置的 [catalogue] editions 中载入一个",
    ),
    ("name an empty or a new folder in [node] data", "请在 [node] data 中写一个空的或新的文件夹"),
    ("name another file", "请换一个文件名"),
    ("name another file, or overwrite it with --force", "请换一个文件名，或加 --force 覆盖"),
    ("name another file, or write over it with --force", "请换一个文件名，或加 --force 覆盖"),
    ("name another folder, or move the file away yourself", "请换一个文件夹，或自行移走该文件"),
    ("name another folder; keys are never made twice", "请换一个文件夹；密钥不会重复生成"),
    ("name at least one join file", "请至少写一份加入文件"),
    (
        "name one of [catalogue] editions, or write the digest of another",
        "请写 [catalogue] editions 中的一个，或写另一版本的摘要",
    ),
    (
        "name one of lists, measures, kinds, clocks, grounds, fields, calendar, thresholds",
        "可写：lists、measures、kinds、clocks、grounds、fields、calendar、thresholds",
    ),
    (
        "name that federation's genesis in [node] genesis, or with `huxin backup verify --federation`",
        "请在 [node] genesis 中写该联盟的创始文件，或用 `huxin backup verify --federation` 指明",
    ),
    (
        "name the base beside it; `huxin edition check` prints its digest",
        "请一并写明所依据的版本；`huxin edition check` 给出它的摘要",
    ),
    ("name the column with --column", "请用 --column 写明列名"),
    ("name the department that applied or lifted the measure", "请写明实施或解除措施的部门"),
    ("name the file with --config, or write one with huxin init", "请用 --config 写明文件，或用 huxin init 建立"),
    ("name the key folder of this city with [node] keys", "请在 [node] keys 中写本市的密钥目录"),
    ("name the partner whose entries are to count here", "请写其条目在此作数的伙伴城市"),
    (
        "name with `huxin rule {}` what carries it out: --repair, --annul, --remove or --amend; or say that it is rejected",
        "在 `huxin rule {}` 中写明如何落实：--repair、--annul、--remove 或 --amend；或不予支持",
    ),
    (
        "nothing was signed; look at them with --rejects FILE, and publish the others with --keep-going",
        "尚未签署任何内容；用 --rejects 文件 查看这些行，用 --keep-going 签发其余各行",
    ),
    (
        "nothing was signed; make sure that the file is the right one, then allow it with --amend-limit, for instance 20%",
        "尚未签署任何内容；确认文件无误后，用 --amend-limit 放宽，如 20%",
    ),
    (
        "nothing was signed; make sure that the file is whole, then allow it with --remove-gone-limit, for instance 20%",
        "尚未签署任何内容；确认文件完整后，用 --remove-gone-limit 放宽，如 20%",
    ),
    (
        "ports below 1024 need a right that a node should not have; choose another port in {}",
        "1024 以下的端口需要节点不应有的权限；请在 {} 中换一个端口",
    ),
    ("publish it anew as an entry of its own, with `huxin publish`", "请用 `huxin publish` 另行签发新条目"),
    (
        "put LoadCredentialEncrypted=huxin-passphrase:… into the unit, or choose another source",
        "在 systemd 单元中写 LoadCredentialEncrypted=huxin-passphrase:…，或换一个来源",
    ),
    ("put back the folder with the keys of epoch 1", "请放回含第一期密钥的目录"),
    (
        "put back the newest backup of the key folder, or make a key record for a new epoch",
        "请放回密钥目录的最新备份，或为新的一期制作密钥记录",
    ),
    (
        "put files with {\"entries\": [...]} there, or leave --data out for the built-in samples",
        "请在该处放入 {\"entries\": [...]} 形式的文件，或不写 --data 而用内置样例",
    ),
    (
        "put marker.json back from the backup; without it the node asks its partners first",
        "请从备份放回 marker.json；没有它，节点会先询问伙伴",
    ),
    ("put public.json back from the backup of the key folder", "请从密钥目录的备份放回 public.json"),
    ("put the file back from the backup of the key folder", "请从密钥目录的备份放回该文件"),
    (
        "put the file back from the backup of the key folder, or make a key record for a new epoch",
        "请从密钥目录的备份放回该文件，或为新的一期制作密钥记录",
    ),
    (
        "put the file back from the backup of the key folder; where there is none, compare `huxin keys show` with `huxin federation show`, and move it away only if no rotation is under way",
        "请从密钥目录的备份放回该文件；没有备份时，把 `huxin keys show` 与 `huxin federation show` 对照，确无进行中的轮换才移走它",
    ),
    (
        "put the file of this city and epoch back; keys are never mixed between folders",
        "请放回本市这一期的文件；各目录的密钥不能混用",
    ),
    ("put the passphrase alone on the first line, in UTF-8", "第一行只写口令，用 UTF-8 编码"),
    ("put the record file back from the backup of the key folder", "请从密钥目录的备份放回该记录文件"),
    ("put the right file back; only Ed25519 keys are used", "请放回正确的文件；只使用 Ed25519 密钥"),
    ("put the transport key back from the backup of the key folder", "请从密钥目录的备份放回传输密钥"),
    (
        "raise the limit (LimitNOFILE= in the unit, or ulimit -n), or lower [storage] max_open_files",
        "提高上限（单元中的 LimitNOFILE=，或 ulimit -n），或降低 [storage] max_open_files",
    ),
    ("rely on the other witnesses, or ask for the bundle again", "以其余见证为准，或请对方重新提供证明文件"),
    ("remove it; the node writes a new one at its start", "请删除它；节点启动时会写一份新的"),
    ("report this with the node's log", "请连同节点日志一并报告"),
    ("rotate once more if these keys should not be used", "这些密钥不应再用的，请再轮换一次"),
    ("run `huxin fsck` again to see what is left", "请再次运行 `huxin fsck`，查看还剩什么"),
    (
        "run `huxin keys rotate --resume`, or `huxin keys rotate --cancel`",
        "运行 `huxin keys rotate --resume` 继续，或 `huxin keys rotate --cancel` 放弃",
    ),
    (
        "run `huxin keys rotate --resume`: it names these statements and asks, or continues at the end of the log",
        "运行 `huxin keys rotate --resume`：列出这些声明并询问，或从日志末尾继续",
    ),
    ("run huxin init, or name the folder with [node] keys", "运行 huxin init，或在 [node] keys 中写明目录"),
    (
        "run it again with HUXIN_LOG=debug and report what it prints",
        "请设 HUXIN_LOG=debug 再运行一次，并报告所打印的内容",
    ),
    (
        "run it with sudo, or name a folder of your own in place of --system",
        "请用 sudo 运行，或不用 --system 而写自己的文件夹",
    ),
    ("say in the reason which document or fact is missing", "请在理由中写明缺少哪份材料或哪项事实"),
    ("say whose number it is with --name", "请用 --name 写明是谁的号码"),
    ("say why in `reason`: it is signed and shown to partners", "请在 reason 中写明理由：将被签署并向伙伴显示"),
    ("say why it is not applied here; the city that listed reads it", "请写明为何在此不予实施，列入城市可读"),
    ("see the list of paths in the documentation", "可用的路径见文档"),
    ("see the members with `huxin federation show`", "用 `huxin federation show` 查看成员"),
    ("see what each finding says", "见各项所述"),
    (
        "send `authorization: Bearer <token>` with the token from the file that the configuration names",
        "请求须带 `authorization: Bearer <令牌>`，令牌在设置所写的文件中",
    ),
    ("send fewer entries at once, or raise [limits] request_kib", "一次少发一些条目，或提高 [limits] request_kib"),
    (
        "send the record that exists; force another only if the first never left this house, for two records on one predecessor freeze the city",
        "请使用已有的记录；只有前一份从未离开本单位，才可另签，因为同一处的两份记录会使本市被冻结",
    ),
    ("send the request again in a second", "请稍后再发一次请求"),
    ("send them in several requests", "请分几次发送"),
    (
        "set HUXIN_PASSPHRASE for this process, or choose another source in [node] passphrase",
        "为本进程设置 HUXIN_PASSPHRASE，或在 [node] passphrase 中换一个来源",
    ),
    (
        "set [node] passphrase to environment, systemd or a file where no terminal is there",
        "没有终端时，把 [node] passphrase 设为 environment、systemd 或文件",
    ),
    (
        "set [node] passphrase to none if the folder is a demonstration's, else make a new encrypted folder",
        "目录仅供演示的，把 [node] passphrase 设为 none；否则另建加密的目录",
    ),
    (
        "set [node] passphrase to prompt, environment, systemd or a file",
        "把 [node] passphrase 设为 prompt、environment、systemd 或文件",
    ),
    (
        "set [rights] allow_natural_persons if the city's rules permit it",
        "本市规定允许的，设置 [rights] allow_natural_persons",
    ),
    (
        "set complete = true in the profile if it is; else nothing can be said to have vanished",
        "确为完整名单的，在配置中写 complete = true；否则无从认定哪些记录已消失",
    ),
    (
        "set this machine's clock right (`timedatectl`); `huxin peers` shows how it compares",
        "请校准本机时钟（`timedatectl`）；`huxin peers` 显示与伙伴的差别",
    ),
    ("shorten the agency's name, or leave it out", "请缩短机构名称，或不写"),
    ("shorten the summary or the ground", "请缩短摘要或事由"),
    ("shorten the summary; the decision itself stays with the authority", "请缩短摘要；决定文书仍在认定机关"),
    (
        "speak with the city that listed {}, or let the subject file in another city",
        "请与列入 {} 的城市联系，或由主体在其他城市提出",
    ),
    (
        "start it with `huxin run` (or `systemctl start huxin`), or check [listen] api in the settings file",
        "请用 `huxin run`（或 `systemctl start huxin`）启动，或检查设置中的 [listen] api",
    ),
    (
        "start the node once, or run `huxin fsck --mend`: either brings it up",
        "启动一次节点，或运行 `huxin fsck --mend`，均可升级",
    ),
    (
        "start the node with `huxin run` (or `systemctl start huxin`)",
        "用 `huxin run`（或 `systemctl start huxin`）启动节点",
    ),
    ("state the readers: {\"named\": [\"330900\", …]}", "请写明读者：{\"named\": [\"330900\", …]}"),
    (
        "stop any other machine that has these keys, and wait until `huxin peers` says that the own log is whole here; if it does not sign then, run `huxin keys rotate`",
        "停止持有这些密钥的其他机器，等到 `huxin peers` 显示本市日志在此完整；之后仍不签名的，运行 `huxin keys rotate`",
    ),
    (
        "stop any other machine that has these keys, then run `huxin keys rotate`",
        "停止持有这些密钥的其他机器，再运行 `huxin keys rotate`",
    ),
    (
        "stop the node and move that folder away yourself; keep it until the restored node signs again",
        "停止节点并自行移走该文件夹；保留到恢复的节点重新签名为止",
    ),
    ("stop the node and run `huxin fsck`", "停止节点，运行 `huxin fsck`"),
    (
        "stop the node, or whatever else has it open (`huxin fsck`, `huxin backup`), and try again",
        "停止节点或打开它的其他程序（`huxin fsck`、`huxin backup`），再试",
    ),
    ("take another backup; leave this one as it is until you have it", "请另作一份备份；在此之前保留这一份"),
    ("take each city's file once; two cities never share a key", "每座城市只取一份文件；两座城市不会共用密钥"),
    ("take out what the sentence names, and send the request again", "请去掉所指的内容，再发一次"),
    ("take out what widens, or put it into an edition of its own", "去掉放宽或加重的一项，或另立一个版本"),
    ("take the rights of group and others away (chmod go-rwx)", "请去掉同组和其他账户的权限（chmod go-rwx）"),
    (
        "take the rights of group and others away (chmod go-rwx), and rotate the keys if others may have read them",
        "请去掉同组和其他账户的权限（chmod go-rwx）；可能已被他人读取的，请轮换密钥",
    ),
    ("take this address out of {}", "请从 {} 中去掉这个地址"),
    (
        "tell the city: it closes the fork with `huxin keys rotate`, and its entries rest until then",
        "请告知该城市：由它用 `huxin keys rotate` 了结分叉，在此之前其条目暂停",
    ),
    ("the backup has one: {}", "备份中有一份：{}"),
    ("the ending of its name says how the file is written", "文件名的后缀决定文件的写法"),
    ("this is a defect of the program; please report it", "这是程序的缺陷，请报告"),
    ("try again in a moment", "请稍后再试"),
    (
        "try again in a moment: signing goes on by itself when the key record has come, or fails to",
        "请稍后再试：密钥记录到达或逾期后，签名自动继续",
    ),
    ("type the same passphrase twice", "两次请输入同一口令"),
    ("use a newer huxin", "请用更新的版本"),
    (
        "use fewer or shorter words, or accept the edition that has it: `huxin edition accept`",
        "少写几个词或写短些；或先采用含有它的版本：`huxin edition accept`",
    ),
    ("use the newest huxin", "请用最新的版本"),
    (
        "use the same version of huxin for the command and the node, and check that [listen] api names the node",
        "命令与节点请用同一版本，并检查 [listen] api 所写的是否本节点",
    ),
    ("use the token of [listen] token", "请用 [listen] token 的令牌"),
    (
        "wait until `huxin peers` says that the own log is whole here (a city alone has nobody to ask), then run `huxin keys rotate`",
        "等到 `huxin peers` 显示本市日志在此完整（联盟中只有本市的，无须等待），再运行 `huxin keys rotate`",
    ),
    ("wait until the other command has ended and try again", "等另一命令结束后再试"),
    (
        "when it runs again, look the entry up before you repeat the command",
        "节点恢复运行后，先查询条目，再决定是否重复命令",
    ),
    ("where there is a new decision, publish it as a new entry", "有新的决定的，请作为新条目签发"),
    (
        "write an address as partners reach it: /dns4/node.example.cn/tcp/7651 or /ip4/192.0.2.7/tcp/7651",
        "请写伙伴能拨到的地址：/dns4/node.example.cn/tcp/7651 或 /ip4/192.0.2.7/tcp/7651",
    ),
    ("write code,confirmed_by,confirmed_on", "请写 code,confirmed_by,confirmed_on 三列"),
    ("write it as for POST /v1/entries: {\"entries\": [...]}", "请按 POST /v1/entries 的形式写：{\"entries\": [...]}"),
    (
        "write it as in `huxin respond 620100-4 --apply D-B-01=2026-03-01`",
        "写法如 `huxin respond 620100-4 --apply D-B-01=2026-03-01`",
    ),
    (
        "write it as scheme:code, for instance uscc:91990099MA00000156",
        "请写作 标识种类:代码，如 uscc:91990099MA00000156",
    ),
    (
        "write them out with --rejects FILE, correct them there, and import that file",
        "用 --rejects 文件 写出这些行，在其中改正后导入该文件",
    ),
    ("{}; then import the same file again", "{}；然后再次导入同一文件"),
];

/// A next step in Chinese; `None` for one that stands in no table.
pub(super) fn in_chinese(english: &str) -> Option<String> {
    let exact = NEXT_STEPS.iter().find(|(known, _)| *known == english);
    if let Some((_, chinese)) = exact {
        return Some((*chinese).to_owned());
    }
    // What names something: the longest pattern that fits says the most.
    let mut fitting: Vec<_> =
        NEXT_STEPS.iter().filter_map(|(known, chinese)| Some((known, chinese, named(known, english)?))).collect();
    fitting.sort_by_key(|(known, ..)| std::cmp::Reverse(known.len()));
    let (_, chinese, named) = fitting.into_iter().next()?;
    let mut pieces = chinese.split("{}");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for (piece, name) in pieces.zip(named) {
        // One next step may stand within another.
        out.push_str(&in_chinese(name).unwrap_or_else(|| name.to_owned()));
        out.push_str(piece);
    }
    Some(out)
}

/// What stands at the places of a pattern in a text that fits it.
fn named<'a>(pattern: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let mut pieces = pattern.split("{}");
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut pieces: Vec<&str> = pieces.collect();
    let last = pieces.pop()?;
    rest = rest.strip_suffix(last)?;
    let mut out = Vec::new();
    for piece in pieces {
        let (name, after) = rest.split_once(piece)?;
        out.push(name);
        rest = after;
    }
    out.push(rest);
    Some(out)
}
