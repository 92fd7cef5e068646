using System.Collections.Immutable;
using Tapline.Contracts.Log;
using Tapline.Contracts.Sources;
using Tapline.Models;
using Tapline.Streaming.Lanes;
using Tapline.Streaming.Windows;

namespace Tapline.Streaming;

/// <summary>How a stream worker works.</summary>
public sealed record StreamOptions
{
    const int FetchBytesMin = 1 << 20;

    /// <summary>The pipeline's name: part of the tables' transaction ids, so never change it for a lake.</summary>
    public required string Pipeline { get; init; }

    /// <summary>The prefix of the source's topics.</summary>
    public required string Prefix { get; init; }

    /// <summary>How many lanes the lake has. A lane owns whole topics.</summary>
    public int Lanes { get; init; } = 1;

    /// <summary>The lane that is meant: what is said here for a worker, it says to each of its lanes.</summary>
    internal int Lane { get; init; }

    /// <summary>How long changes are gathered before they are committed. The beat slows by itself when commits take
    /// long: a quarter of the time at most is spent committing, and half of it on models, up to
    /// <see cref="EpochIntervalMax"/>.</summary>
    public TimeSpan EpochInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The slowest beat.</summary>
    public TimeSpan EpochIntervalMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>An epoch is closed early when this many bytes of changes are waiting.</summary>
    public long EpochBytesMax { get; init; } = 96L << 20;

    /// <summary>How many bytes one fetch brings at most.</summary>
    public int FetchBytesMax { get; init; } = 8 << 20;

    /// <summary>A record with a larger key and value goes to quarantine.</summary>
    public int MessageBytesMax { get; init; } = 16 << 20;

    /// <summary>Whether epochs are cut at the ends of transactions only, so that no manifest shows half of one. Needs
    /// the source's transaction topic.</summary>
    public bool WholeTransactions { get; init; }

    /// <summary>What is declared of the source's tables: the columns of topics that do not say theirs, and
    /// contracts.</summary>
    public SourceDeclarations Sources { get; init; } = SourceDeclarations.None;

    /// <summary>How often new topics are looked for.</summary>
    public TimeSpan DiscoveryInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Rows of one file of a current table at most.</summary>
    public int FileRowsMax { get; init; } = 128 << 10;

    /// <summary>Files with fewer rows than this are folded together when there are more than
    /// <see cref="SmallFilesMax"/>.</summary>
    public int SmallFileRows { get; init; } = 16 << 10;

    /// <summary>How many small files a current table may have.</summary>
    public int SmallFilesMax { get; init; } = 8;

    /// <summary>Whether the current tables that are made take deletion vectors: a changed row then costs no more than
    /// itself, but readers must know them (Athena does not). Without them the files of changed rows are written again.
    /// A table that is there stays as it is.</summary>
    public bool MergesOnRead { get; init; } = true;

    /// <summary>What else current tables get when they are made.</summary>
    public CurrentTableRules CurrentTables { get; init; } = CurrentTableRules.Plain;

    /// <summary>A history file of this size is folded no more, in bytes; files of a commit or two are folded up to
    /// it.</summary>
    public long HistoryFileBytes { get; init; } = 32 << 20;

    /// <summary>How many files of about one size a history table may have.</summary>
    public int HistoryFilesMax { get; init; } = 16;

    /// <summary>How often files that nobody needs are removed; null for never, where another one sees to
    /// it.</summary>
    public TimeSpan? MaintenanceInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long files of new tables stay after they have left them.</summary>
    public TimeSpan FileRetention { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long versions of new tables can be read.</summary>
    public TimeSpan LogRetention { get; init; } = TimeSpan.FromDays(1);

    /// <summary>What tables do when their source changes its columns.</summary>
    public EvolutionPolicies Evolution { get; init; } = EvolutionPolicies.Evolve;

    /// <summary>The windows that are kept over streams of device messages.</summary>
    public ImmutableArray<StreamWindow> Windows { get; init; } = [];

    /// <summary>The models that are kept current; null for none.</summary>
    public ModelPackage? Models { get; init; }

    /// <summary>How many manifests of a lane are kept, at least: readers may be pinned to any of them.</summary>
    public int ManifestsKept { get; init; } = 1000;

    /// <summary>Whether the lane owns a topic. The devices' topics have one owner, for what a device repeats may come
    /// in any of them; so have, with these, the tables that models read.</summary>
    internal bool Owns(string topic) => TopicLane.Of(
        IsWithDevices(topic) ? TopicNames.Devices(Prefix, "") : topic, Lanes) == Lane;

    /// <summary>Whether models are kept current in the lane.</summary>
    internal bool HasModels => Models is not null && Owns(TopicNames.Devices(Prefix, ""));

    /// <summary>The options of one lane: its share of what the worker may hold.</summary>
    internal StreamOptions Of(int lane) => this with
    {
        Lane = lane,
        EpochBytesMax = EpochBytesMax / Lanes,
        FetchBytesMax = Math.Max(FetchBytesMax / Lanes, Math.Min(FetchBytesMax, FetchBytesMin)),
    };

    bool IsWithDevices(string topic) =>
        TopicNames.DeviceStream(Prefix, topic) is not null || topic == TopicNames.Devices(Prefix, "")
        || Models?.Relations.Values.Any(relation =>
            relation.Kind != RelationKind.Stream && TopicNames.Data(Prefix, relation.Table) == topic) == true;
}
