using Tapline.Cli.Configuration;
using Tapline.Contracts.Schema;
using Tapline.Contracts.Sources;
using Tapline.Streaming.Tests.Decoding;

namespace Tapline.Integration.Tests.Replay;

/// <summary>How the columns of the replayed topics are known.</summary>
enum ColumnsFrom
{
    /// <summary>The records carry their schemas: nothing else is said.</summary>
    Records,
    /// <summary>A person has declared the tables.</summary>
    Declaration,
    /// <summary>The source has announced the tables on its schema topic.</summary>
    SchemaTopic,
}

/// <summary>One capture to be replayed, and what its events cannot carry.</summary>
/// <param name="Name">Names it in the test's list.</param>
/// <param name="Database">The contents that the replay ends in.</param>
/// <param name="Files">The records, in the order of the connector's runs.</param>
sealed record CaptureCase(string Name, string Database, params string[] Files)
{
    public ColumnsFrom Columns { get; init; } = ColumnsFrom.Records;

    /// <summary>The connector's settings as <c>format</c> of a declaration; null for the defaults.</summary>
    public string? Format { get; init; }

    /// <summary>What is declared as <c>tables</c>, in YAML, where the records carry their schemas.</summary>
    public string Tables { get; init; } = "{}";

    /// <summary>How many partitions the topics of tables with a key have.</summary>
    public int Partitions { get; init; } = 1;

    /// <summary>What another setting of the connector would have made of the records.</summary>
    public Func<IEnumerable<CapturedRecord>, IEnumerable<CapturedRecord>> Rewrite { get; init; } =
        static records => records;

    /// <summary>Each place that differs, the keys of its rows (* where there is no key), the reason.</summary>
    public string Differences { get; init; } = "";

    /// <summary>What waits in quarantine: table, reason, count.</summary>
    public string[] Quarantined { get; init; } = [];

    /// <summary>How many changes come again; null where that is not counted.</summary>
    public int? Repeats { get; init; } = 0;

    /// <summary>What a person would have declared of the connector's settings and, where the records do not carry
    /// theirs, of the columns.</summary>
    public SourceDeclarations Declared => Columns switch
    {
        ColumnsFrom.Declaration => DeclaredSources.Of(Database, Format),
        _ => SourcesFile.Parse(
            $"format: {Format ?? "{}"}\ntables: {Tables}\n", "sources.yaml", static _ => null),
    };

    /// <summary>How the events spell values.</summary>
    public WireFormat WireFormat => Declared.Format.Complete(WireFormat.DebeziumDefault);

    public override string ToString() => Name;
}
