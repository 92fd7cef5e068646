using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Tests.Delta.Foreign;

namespace Tapline.Lakehouse.Tests.Delta.Scan;

public sealed class ChangeScanTests : IDisposable
{
    const string Kept = """{"delta.enableChangeDataFeed":"true"}""";

    readonly ForeignTable _table = new();

    public void Dispose() => _table.Dispose();

    [Fact]
    public async Task What_no_change_file_tells_is_derived_from_files_and_deletion_vectors()
    {
        var metadata = ForeignTable.Metadata(ForeignTable.Field("i", "long"), properties: Kept);
        _table.Commit(ForeignTable.Protocol(3, 7, "deletionVectors"), metadata,
            _table.Add("a.parquet", "SELECT range AS i FROM range(6)", deleted: [5]));
        _table.Commit(
            _table.Again("remove", "a.parquet", deleted: [5]), _table.Again("add", "a.parquet", deleted: [1, 2]));
        _table.Commit(_table.Again("remove", "a.parquet", deleted: [1, 2]));
        Assert.Equal(
            [
                "0 insert 0", "1 delete 1", "1 insert 0", "2 delete 1", "2 insert 0", "3 insert 0", "4 insert 0",
                "5 insert 1",
            ],
            Words(await _table.ChangesAsync(0, 1)));
        Assert.Equal(
            ["0 delete 2", "3 delete 2", "4 delete 2", "5 delete 2"], Words(await _table.ChangesAsync(2, 2)));
    }

    [Fact]
    public async Task Rearranged_files_change_nothing()
    {
        _table.Commit(
            ForeignTable.Protocol(1, 4),
            ForeignTable.Metadata(ForeignTable.Field("i", "long"), properties: Kept),
            _table.Add("a.parquet", "SELECT 1::BIGINT AS i, 'update_preimage' AS _change_type"));
        var (remove, add) = (_table.Again("remove", "a.parquet"), _table.Add("b.parquet", "SELECT 1::BIGINT AS i"));
        remove["remove"]!["dataChange"] = false;
        add["add"]!["dataChange"] = false;
        _table.Commit(remove, add);
        Assert.Equal(["1 insert 0"], Words(await _table.ChangesAsync(0, 1)));
    }

    [Fact]
    public async Task Removals_without_partition_values_have_those_of_the_version_before()
    {
        _table.Commit(
            ForeignTable.Protocol(1, 4),
            ForeignTable.Metadata(
                ForeignTable.Field("i", "long") + "," + ForeignTable.Field("p", "string"), ["p"], Kept),
            _table.Add("a.parquet", "SELECT 1::BIGINT AS i", partition: "{\"p\":\"x\"}"));
        var remove = _table.Again("remove", "a.parquet");
        remove["remove"]!["partitionValues"] = null;
        _table.Commit(remove);
        Assert.Equal(
            ["""{"i":1,"p":"x","_change_type":"delete","_commit_version":1}"""], await _table.ChangesAsync(1, 1));
    }

    [Fact]
    public async Task Without_kept_changes_only_commits_that_tell_them_are_read()
    {
        _table.Commit(
            ForeignTable.Protocol(1, 4), ForeignTable.Metadata(ForeignTable.Field("i", "long")),
            _table.Add("a.parquet", "SELECT 1::BIGINT AS i"));
        // Rows that only moved to the new file cannot be told from new ones.
        _table.Commit(
            _table.Again("remove", "a.parquet"), _table.Add("b.parquet", "SELECT range AS i FROM range(1, 3)"));
        _table.Commit(_table.Again("remove", "b.parquet"));
        _table.Commit(ForeignTable.Metadata(ForeignTable.Field("i", "long"), properties: Kept));
        _table.Commit(_table.Again("add", "b.parquet"), _table.Again("remove", "a.parquet"));
        Assert.Equal(["1 insert 0"], Words(await _table.ChangesAsync(0, 0)));
        Assert.Equal(["1 delete 2", "2 delete 2"], Words(await _table.ChangesAsync(2, 3)));
        Assert.Equal(["1 delete 4", "1 insert 4", "2 insert 4"], Words(await _table.ChangesAsync(3, 4)));
        var refused = await Assert.ThrowsAsync<DeltaUnsupportedException>(() => _table.ChangesAsync(0, 1));
        Assert.Contains("version 1", Assert.Single(refused.Features), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Columns_of_another_type_are_refused_and_further_columns_are_not()
    {
        _table.Commit(
            ForeignTable.Protocol(1, 4), ForeignTable.Metadata(ForeignTable.Field("i", "long"), properties: Kept),
            _table.Add("a.parquet", "SELECT 1::BIGINT AS i"));
        _table.Commit(ForeignTable.Metadata(
            ForeignTable.Field("i", "long") + "," + ForeignTable.Field("j", "string"), properties: Kept));
        Assert.Equal(
            ["""{"i":1,"j":null,"_change_type":"insert","_commit_version":0}"""], await _table.ChangesAsync(0, 1));
        _table.Commit(ForeignTable.Metadata(ForeignTable.Field("i", "string"), properties: Kept));
        var refused = await Assert.ThrowsAsync<DeltaUnsupportedException>(() => _table.ChangesAsync(1, 2));
        Assert.Contains("version 1", Assert.Single(refused.Features), StringComparison.Ordinal);
    }

    static IEnumerable<string> Words(string[] rows) => rows.Select(static row =>
    {
        var parts = row.Trim('{', '}').Split(',').Select(static part => part.Split(':')[1].Trim('"'));
        return string.Join(' ', parts);
    }).Order(StringComparer.Ordinal);
}
