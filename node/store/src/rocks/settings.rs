//! How RocksDB is set up, and why.
//!
//! | setting | value | reason |
//! |---|---|---|
//! | block cache | one for all families; the node gives it a share of the machine's memory | measured at 1,000,000 statements: 64 MiB answered 1,222 questions a second and 1,024 MiB 5,503 |
//! | indexes and filters | in the cache and pinned there as long as their file is open | every question needs them; one that was pushed out by a block of data costs a read of some 200 KiB. They take about 15 MiB for a million statements |
//! | write buffers | 64 MiB for all families together | the same; a family has at most 32 MiB before it is flushed |
//! | write-ahead log | 64 MiB before the oldest family is flushed | bounds the replay after a power cut and the walk at opening |
//! | blocks | 8 KiB, lz4, bloom filter of 10 bits a key | rows are 0.1 to 4 KiB and mostly asked one at a time: what is unpacked around them is time of every answer. zstd in the lowest level gave 0.54 bytes on disk for a byte of content and half the answers a second |
//! | prefixes | [`prefix`], in memory too | "who acts on this leaf" and "what has this ground" mostly find nothing: the filter says so without reading |
//! | pipelined writes | off | one writer: nothing to overlap |
//! | paranoid checks | on (RocksDB's default) | sizes of files against the manifest at opening |

use super::verify::Verify;
use huxin_engine::ledger::Family;
use rocksdb::{
    BlockBasedOptions, BlockBasedTablePinningTier, Cache, ColumnFamilyDescriptor, DBCompressionType, DBRecoveryMode,
    LogLevel, SliceTransform,
};

const MIB: usize = 1024 * 1024;

/// What the opener of a store may choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Size of the block cache in MiB (64).
    pub cache_mib: usize,
    /// Files that RocksDB may hold open (512): with files of 64 MiB that is a store of 32 GiB. A file that is closed and opened again
    /// has its index and its filter read again.
    pub max_open_files: i32,
    /// Open for reading only. Several readers may do so at once, but none while a node runs.
    pub read_only: bool,
    /// Make the store where there is none.
    pub create: bool,
    /// How much is read once at opening ([`Verify::Blocks`]).
    pub verify: Verify,
    /// Below so many free bytes [`StoreHealth::DiskLow`](crate::StoreHealth::DiskLow) is reported (1 GiB).
    pub low_bytes: u64,
    /// Below so many free bytes [`StoreHealth::DiskFull`](crate::StoreHealth::DiskFull) is reported (256 MiB), and below half of it no
    /// commit is taken: room for RocksDB to finish what it has begun. 0 turns it off.
    pub floor_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            cache_mib: 64,
            max_open_files: 512,
            read_only: false,
            create: true,
            verify: Verify::Blocks,
            low_bytes: 1024 * MIB as u64,
            floor_bytes: 256 * MIB as u64,
        }
    }
}

/// Length of the part of a key that scans of a family stay within, where they do.
pub(super) const fn prefix(family: Family) -> Option<usize> {
    match family {
        // City ‖ seq of the target.
        Family::About => Some(24),
        // City ‖ ground tag.
        Family::Ground => Some(48),
        // First 16 bytes of the reference's digest.
        Family::Reference => Some(16),
        _ => None,
    }
}

/// The settings of one open database, and what its families share.
pub(super) struct Shared {
    database: rocksdb::Options,
    pub(super) cache: Cache,
}

impl Shared {
    pub(super) fn new(options: &Options) -> Self {
        let mut database = rocksdb::Options::default();
        database.create_if_missing(options.create);
        database.create_missing_column_families(!options.read_only);
        // Torn tails that RocksDB would refuse were cut off before; a reader cuts nothing and stops before them instead.
        database.set_wal_recovery_mode(if options.read_only {
            DBRecoveryMode::PointInTime
        } else {
            DBRecoveryMode::TolerateCorruptedTailRecords
        });
        database.set_track_and_verify_wals_in_manifest(true);
        database.set_paranoid_checks(true);
        database.set_max_open_files(options.max_open_files);
        database.set_db_write_buffer_size(64 * MIB);
        database.set_max_total_wal_size(64 * MIB as u64);
        database.set_max_background_jobs(2);
        database.set_enable_pipelined_write(false);
        database.set_bytes_per_sync(MIB as u64);
        database.set_keep_log_file_num(4);
        database.set_max_log_file_size(4 * MIB);
        database.set_log_level(LogLevel::Warn);
        database.set_stats_dump_period_sec(0);
        database.set_stats_persist_period_sec(0);
        database.set_skip_stats_update_on_db_open(true);
        database.enable_statistics();
        database.set_statistics_level(rocksdb::statistics::StatsLevel::ExceptTimers);
        Self { database, cache: Cache::new_lru_cache(options.cache_mib.max(1) * MIB) }
    }

    pub(super) const fn database(&self) -> &rocksdb::Options {
        &self.database
    }

    pub(super) fn family(&self, family: Family) -> ColumnFamilyDescriptor {
        let mut table = BlockBasedOptions::default();
        table.set_block_cache(&self.cache);
        table.set_block_size(8 * 1024);
        table.set_bloom_filter(10.0, false);
        table.set_cache_index_and_filter_blocks(true);
        table.set_unpartitioned_pinning_tier(BlockBasedTablePinningTier::All);
        table.set_format_version(5);
        let mut options = rocksdb::Options::default();
        options.set_block_based_table_factory(&table);
        options.set_compression_type(DBCompressionType::Lz4);
        options.set_write_buffer_size(match family {
            Family::Log | Family::Body => 32 * MIB,
            _ => 16 * MIB,
        });
        // Sixteen families, most of them nearly empty: small pieces keep the empty ones small.
        options.set_arena_block_size(64 * 1024);
        if let Some(length) = prefix(family) {
            options.set_prefix_extractor(SliceTransform::create_fixed_prefix(length));
            options.set_memtable_prefix_bloom_ratio(0.05);
        }
        ColumnFamilyDescriptor::new(family.name(), options)
    }
}
