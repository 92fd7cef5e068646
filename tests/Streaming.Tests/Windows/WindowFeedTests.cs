using System.Collections.Immutable;
using System.Text;
using Tapline.Contracts;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Windows;

namespace Tapline.Streaming.Tests.Windows;

public sealed class WindowFeedTests
{
    static readonly ImmutableArray<ColumnSchema> Columns =
    [
        new("location_id", ColumnType.String),
        new("line", ColumnType.Int32),
        new("kind", ColumnType.String),
        new("volume_ml", ColumnType.Int64),
        new("price", ColumnType.Decimal) { Precision = 12, Scale = 2 },
        new("temp", ColumnType.Float64),
    ];

    [Fact]
    public void Rows_are_counted_by_their_key_where_the_conditions_hold()
    {
        var feed = new WindowFeed(
            new StreamWindow(
                new WindowDefinition("pours", new WindowShape.Fixed(60, 60),
                [
                    new("pours", AggregateKind.Count),
                    new("volume", AggregateKind.Sum, "volume_ml"),
                    new("price", AggregateKind.Max, "price"),
                    new("temp", AggregateKind.Average, "temp"),
                    new("kinds", AggregateKind.Distinct, "kind"),
                ]),
                "pour",
                ["location_id", "line"])
            {
                Where = ImmutableSortedDictionary<string, string>.Empty.Add("kind", "sale"),
            },
            Columns);
        var rows = new ColumnBatch(Columns);
        Append(rows, "l\"1", 1, "sale", 470, 725, 3.5);
        Append(rows, "l\"1", 1, "waste", 30, 0, 3.5);
        Append(rows, "l\"1", 1, "sale", 480, 750, 4.5);
        Append(rows, null, 2, "sale", 1, 1, double.PositiveInfinity);
        for (var row = 0; row < rows.Count; row++)
            feed.Add(rows, row, row);
        var results = new List<WindowResult>();
        feed.Windows.Advance(60, results);

        Assert.Equal(
            [
                """{"location_id":"l\"1","line":1}: 2 950 7.50 4.0 1""",
                """{"location_id":null,"line":2}: 1 1 0.01  1""",
            ],
            results.Select(static one => $"{one.Key}: {string.Join(' ', one.Values)}"));
    }

    [Fact]
    public void A_result_is_a_record_whose_key_is_its_window()
    {
        var definition = new WindowDefinition(
            "pours", new WindowShape.Fixed(60, 60),
            [new("pours", AggregateKind.Count), new("avg", AggregateKind.Average, "x")]);
        var result = new WindowResult("""{"l":"a"}""", 1_500_000, 2_000_000, 3, true, [7, null]);
        var record = WindowRecord.Of("bar.live.pours", definition, result, generation: 9);
        Assert.Equal(
            """{"l":"a","window_start":"1970-01-01T00:00:01.5Z"}""", Encoding.UTF8.GetString(record.Key!.Value.Span));
        Assert.Equal(
            """
            {"key":{"l":"a"},"window_start":"1970-01-01T00:00:01.5Z","window_end":"1970-01-01T00:00:02Z",
            "revision":3,"generation":9,"final":true,"values":{"pours":7,"avg":null}}
            """.ReplaceLineEndings(""),
            Encoding.UTF8.GetString(record.Value!.Value.Span));
        var retracted = WindowRecord.Of("bar.live.pours", definition, result with { Values = default }, generation: 9);
        Assert.EndsWith("\"values\":null}", Encoding.UTF8.GetString(retracted.Value!.Value.Span));
    }

    [Theory]
    [InlineData("nowhere", "needs column nowhere, which stream pour does not have")]
    [InlineData("kind", "cannot take column kind of stream pour as the Sum of numbers: it is String")]
    public void A_column_that_is_not_there_or_is_no_number_is_refused(string field, string reason)
    {
        var refused = Assert.Throws<TaplineException>(() => new WindowFeed(
            new StreamWindow(
                new WindowDefinition("w", new WindowShape.Fixed(60, 60), [new("x", AggregateKind.Sum, field)]),
                "pour",
                ["line"]),
            Columns));
        Assert.Equal($"window w {reason}", refused.Message);
    }

    static void Append(
        ColumnBatch rows, string? location, int line, string kind, long volume, long price, double temp)
    {
        if (location is null)
            rows.Columns[0].AppendNull();
        else
            rows.Columns[0].Append(Encoding.UTF8.GetBytes(location));
        rows.Columns[1].Append(line);
        rows.Columns[2].Append(Encoding.UTF8.GetBytes(kind));
        rows.Columns[3].Append(volume);
        rows.Columns[4].Append(price);
        rows.Columns[5].Append(temp);
    }
}
