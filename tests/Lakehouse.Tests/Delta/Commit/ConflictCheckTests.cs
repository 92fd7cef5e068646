using System.Collections.Immutable;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.Lakehouse.Delta.Log;
using Tapline.Lakehouse.Delta.Schema;
using Tapline.Lakehouse.Delta.Snapshot;

namespace Tapline.Lakehouse.Tests.Delta.Commit;

public sealed class ConflictCheckTests
{
    static readonly AddFile X = Tables.File("x");

    static readonly TableMetadata Metadata = new("id", new FileFormat("parquet"), [])
    {
        SchemaString = DeltaSchema.Of(Tables.Accounts.Columns).ToJson(),
    };

    static readonly LogCommit Read = new(5) { Protocol = new DeltaProtocol(1, 2), Metadata = Metadata, Adds = [X] };

    static readonly DeltaCommit Append = Tables.Append("new", "lane-0", 7);
    static readonly DeltaCommit Replace =
        Tables.Replace(X, "new") with { Transaction = new TransactionId("lane-0", 7) };

    static readonly LogCommit Other =
        new(6) { Adds = [Tables.File("y")], Transactions = [new SetTransaction("lane-1", 9)] };

    public static TheoryData<string, string> Verdicts() => new()
    {
        { "other file added", "rebase rebase" },
        { "our file removed", "rebase conflict" },
        { "another file removed", "rebase rebase" },
        { "our file's deletion vector replaced", "rebase conflict" },
        { "same transaction", "already already" },
        { "later transaction of the same writer", "already already" },
        { "earlier transaction of the same writer", "conflict conflict" },
        { "protocol", "conflict conflict" },
        { "column added", "rebase rebase" },
        { "column's type changed", "conflict conflict" },
        { "property changed", "conflict conflict" },
        { "table replaced", "conflict conflict" },
        { "same transaction and new protocol", "already already" },
    };

    [Theory]
    [MemberData(nameof(Verdicts))]
    public void A_winner_decides_what_a_lost_race_means(string winner, string verdicts)
    {
        var commit = Winner(winner);
        Assert.Equal(verdicts, $"{Word(Run(Append, commit))} {Word(Run(Replace, commit))}");
    }

    [Fact]
    public void The_first_winner_that_matters_decides()
    {
        LogCommit[] winners =
            [Other, Winner("our file removed") with { Version = 7 }, Winner("protocol") with { Version = 8 }];
        var first = Assert.IsType<ConflictVerdict.Conflict>(ConflictCheck.Run(Snapshot(), Replace, winners));
        var second = Assert.IsType<ConflictVerdict.Conflict>(ConflictCheck.Run(Snapshot(), Append, winners));
        Assert.Equal((7, 8), (first.Version, second.Version));
        Assert.IsType<ConflictVerdict.Rebase>(ConflictCheck.Run(Snapshot(), Replace, []));
    }

    static LogCommit Winner(string what) => what switch
    {
        "other file added" => Other,
        "our file removed" => Other with { Removes = [new RemoveFile("x")] },
        "another file removed" => Other with { Removes = [new RemoveFile("z")] },
        "our file's deletion vector replaced" => Other with
        {
            Removes = [new RemoveFile("x")],
            Adds = [X with { DeletionVector = new DeletionVector("u", "ab^-aqEH.-t@S}K{vb[*k^", 34, 2) }],
        },
        "same transaction" => Other with { Transactions = [new SetTransaction("lane-0", 7)] },
        "later transaction of the same writer" => Other with { Transactions = [new SetTransaction("lane-0", 8)] },
        "earlier transaction of the same writer" => Other with { Transactions = [new SetTransaction("lane-0", 6)] },
        "protocol" => Other with { Protocol = new DeltaProtocol(1, 2) },
        "column added" => Other with
        {
            Metadata = With(Tables.Accounts.Columns.Add(new ColumnSchema("n", ColumnType.Date))),
        },
        "column's type changed" => Other with
        {
            Metadata = With(Tables.Accounts.Columns.SetItem(0, new ColumnSchema("id", ColumnType.String))),
        },
        "property changed" => Other with
        {
            Metadata = Metadata with
            {
                Configuration = new Dictionary<string, string?> { ["delta.appendOnly"] = "true" },
            },
        },
        "table replaced" => Other with { Metadata = Metadata with { Id = "other" } },
        "same transaction and new protocol" => Other with
        {
            Transactions = [new SetTransaction("lane-0", 7)],
            Protocol = new DeltaProtocol(1, 2),
        },
        _ => throw new ArgumentOutOfRangeException(nameof(what), what, "no such winner"),
    };

    static TableMetadata With(ImmutableArray<ColumnSchema> columns) =>
        Metadata with { SchemaString = DeltaSchema.Of(columns).ToJson() };

    static ConflictVerdict Run(DeltaCommit commit, LogCommit winner) => ConflictCheck.Run(Snapshot(), commit, [winner]);

    static DeltaSnapshot Snapshot()
    {
        var builder = new SnapshotBuilder();
        builder.Apply(Read);
        return builder.Build(5, new LogFolder("t"));
    }

    static string Word(ConflictVerdict verdict) => verdict switch
    {
        ConflictVerdict.Rebase => "rebase",
        ConflictVerdict.AlreadyCommitted => "already",
        _ => "conflict",
    };
}
