using Tapline.Contracts.Schema;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Tests.Tables;

public sealed class TableLayoutTests
{
    static readonly TableId Table = new("app", "t");

    [Fact]
    public void Names_that_delta_forbids_are_spelled_otherwise_and_stay_apart()
    {
        var layout = new TableLayout([]);
        layout.Evolve(Schema(1, ("a b", "text"), ("a_b", "text"), ("_lsn", "bigint")));
        Assert.Equal(["a_b", "a_b_2", "_lsn_2"], layout.Columns.Select(column => column.Name));
    }

    [Fact]
    public void A_new_column_is_added_at_the_end_and_a_dropped_one_stays()
    {
        var layout = new TableLayout([]);
        layout.Evolve(Schema(1, ("id", "integer"), ("old", "text")));
        var second = Schema(2, ("id", "integer"), ("fresh", "text"));
        Assert.True(layout.Evolve(second));
        Assert.Equal(["id", "old", "fresh"], layout.Columns.Select(column => column.Name));
        Assert.Equal([0, 2], layout.Map(second));
        Assert.False(layout.Evolve(second));
    }

    [Fact]
    public void A_column_that_changed_its_type_is_decoded_as_the_lake_has_it()
    {
        var layout = new TableLayout([]);
        layout.Evolve(Schema(1, ("n", "integer")));
        var stored = layout.AsStored(Schema(2, ("n", "bigint")), out var conflict);
        Assert.Null(conflict);
        Assert.Equal(ColumnType.Int32, stored!.Columns[0].Type);
    }

    [Fact]
    public void A_base64_decimal_of_another_scale_is_a_conflict()
    {
        var layout = new TableLayout([]);
        layout.Evolve(Schema(1, ("n", "numeric(10,2)")) with { Format = WireFormat.DebeziumDefault });
        var second = Schema(2, ("n", "numeric(12,4)")) with { Format = WireFormat.DebeziumDefault };
        Assert.Null(layout.AsStored(second, out var conflict));
        Assert.Contains("numeric(12,4)", conflict);
    }

    static TableSchema Schema(int version, params (string Name, string Type)[] columns) => new(
        Table,
        version,
        [.. columns.Select(column => PostgresTypes.Column(column.Name, column.Type))],
        WireFormat.Tapline);
}
