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
    public void A_new_column_is_added_at_the_end_and_a_dropped_one_is_retired()
    {
        var layout = new TableLayout([]);
        layout.Evolve(Schema(1, ("id", "integer"), ("old", "text")));
        var second = Schema(2, ("id", "integer"), ("fresh", "text"));
        Assert.Equal(["added", "dropped"], What(layout.Evolve(second)));
        Assert.Equal(["id", "old", "fresh"], layout.Columns.Select(column => column.Name));
        Assert.Equal([false, true, false], layout.Columns.Select(column => column.IsRetired));
        Assert.Null(layout.Evolve(second));
    }

    [Theory]
    [InlineData("smallint", "integer", ColumnType.Int32, 0, 0)]
    [InlineData("integer", "bigint", ColumnType.Int64, 0, 0)]
    [InlineData("bigint", "integer", ColumnType.Int64, 0, 0)]
    [InlineData("real", "double precision", ColumnType.Float64, 0, 0)]
    [InlineData("double precision", "real", ColumnType.Float64, 0, 0)]
    [InlineData("numeric(10,2)", "numeric(12,4)", ColumnType.Decimal, 12, 4)]
    [InlineData("numeric(10,2)", "numeric(10,4)", ColumnType.Decimal, 12, 4)]
    [InlineData("numeric(12,4)", "numeric(10,2)", ColumnType.Decimal, 12, 4)]
    [InlineData("integer", "numeric(6,2)", ColumnType.Decimal, 12, 2)]
    [InlineData("character varying(10)", "text", ColumnType.String, 0, 0)]
    public void A_column_holds_what_it_held_and_what_comes(
        string before, string after, ColumnType type, int precision, int scale)
    {
        var layout = new TableLayout([]);
        layout.Evolve(Schema(1, ("n", before)));
        var change = layout.Evolve(Schema(2, ("n", after)))!;
        var column = Assert.Single(layout.Columns);
        Assert.Equal((type, precision, scale, after), (column.Type, column.Precision, column.Scale, column.SourceType));
        Assert.Equal(!TypeWidening.Holds(change.Before[0], change.After[0]), change.IsRetyping);
    }

    [Theory]
    [InlineData("text", "integer")]
    [InlineData("integer", "text")]
    [InlineData("bigint", "double precision")]
    [InlineData("numeric(38,0)", "numeric(38,10)")]
    [InlineData("date", "timestamp without time zone")]
    public void A_type_that_does_not_fit_gets_a_column_of_its_own(string before, string after)
    {
        var layout = new TableLayout([]);
        layout.Evolve(Schema(1, ("n", before)));
        Assert.Equal([new ColumnMove(0, 1)], layout.Evolve(Schema(2, ("n", after)))!.Moves);
        Assert.Equal(["n", "n_v2"], layout.Columns.Select(column => column.Name));
        Assert.Equal(1, layout.PlaceOf(PostgresTypes.Column("n", after)));
        Assert.Equal(0, layout.PlaceOf(PostgresTypes.Column("n", before)));

        Assert.Equal([new ColumnMove(1, 0)], layout.Evolve(Schema(3, ("n", before)))!.Moves);
        Assert.Equal(["n", "n_v2"], layout.Columns.Select(column => column.Name));
        Assert.Equal(0, layout.ActiveOf("n"));
    }

    [Fact]
    public void A_column_that_comes_back_is_the_same_one_but_not_its_old_values()
    {
        var layout = new TableLayout([]);
        layout.Evolve(Schema(1, ("id", "integer"), ("n", "integer")));
        layout.Evolve(Schema(2, ("id", "integer")));
        Assert.Equal(
            [new ColumnRefill(1, null)], layout.Evolve(Schema(3, ("id", "integer"), ("n", "integer")))!.Refills);
        Assert.Equal(["id", "n"], layout.Columns.Select(column => column.Name));
    }

    [Fact]
    public void A_column_that_has_another_name_now_is_not_taken_for_one_that_came_with_its_default()
    {
        var layout = new TableLayout([]);
        layout.Evolve(Schema(1, ("id", "integer"), ("n", "integer")));
        var renamed = Schema(2, ("id", "integer"), ("m", "integer"));
        renamed = renamed with { Columns = [renamed.Columns[0], renamed.Columns[1] with { Missing = "7" }] };

        Assert.Empty(layout.Evolve(renamed)!.Refills);
        Assert.Null(layout.Columns[^1].Missing);
    }

    [Fact]
    public void An_older_schema_changes_nothing_but_what_the_lake_never_saw()
    {
        var layout = new TableLayout([]);
        layout.Evolve(Schema(2, ("id", "bigint"), ("fresh", "text")));
        Assert.NotNull(layout.AddRetired(Schema(1, ("id", "integer"), ("old", "text"))));
        Assert.Equal(["id", "fresh", "old"], layout.Columns.Select(column => column.Name));
        Assert.True(layout.Columns[2].IsRetired);
        Assert.Equal(ColumnType.Int64, layout.Columns[0].Type);
    }

    [Theory]
    [InlineData(EvolutionPolicy.Lenient, "n,fresh")]
    [InlineData(EvolutionPolicy.Ignore, "n")]
    public void A_policy_keeps_columns_as_they_are(EvolutionPolicy policy, string columns)
    {
        var layout = new TableLayout([]);
        layout.Evolve(Schema(1, ("n", "integer")));
        layout.Evolve(Schema(2, ("n", "bigint"), ("fresh", "text")), policy);
        Assert.Equal(columns, string.Join(',', layout.Columns.Select(column => column.Name)));
        Assert.Equal(ColumnType.Int32, layout.Columns[0].Type);
    }

    static IEnumerable<string> What(LayoutChange? change) => change!.Columns.Select(column => column.What);

    static TableSchema Schema(int version, params (string Name, string Type)[] columns) => new(
        Table,
        version,
        [.. columns.Select(column => PostgresTypes.Column(column.Name, column.Type))],
        WireFormat.Tapline);
}
