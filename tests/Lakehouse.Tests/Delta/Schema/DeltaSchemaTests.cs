using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Schema;

namespace Tapline.Lakehouse.Tests.Delta.Schema;

public sealed class DeltaSchemaTests
{
    [Fact]
    public void Every_type_has_its_name() => Assert.Equal(
        """
        {"type":"struct","fields":[{"name":"id","type":"long","nullable":true,
        "metadata":{"tapline.sourceType":"bigint","tapline.keyOrdinal":0,"tapline.notNull":true}},
        {"name":"amount","type":"decimal(12,2)","nullable":true,"metadata":{}}]}
        """.ReplaceLineEndings(""),
        DeltaSchema.Of(
        [
            new ColumnSchema("id", ColumnType.Int64, Nullable: false) { KeyOrdinal = 0, SourceType = "bigint" },
            new ColumnSchema("amount", ColumnType.Decimal) { Precision = 12, Scale = 2 },
        ]).ToJson());

    [Fact]
    public void Columns_read_back_as_they_were()
    {
        var columns =
            from type in Gen.Elements(Enum.GetValues<ColumnType>())
            from nullable in Gen.Elements(true, false)
            from precision in Gen.Choose(1, 38)
            from scale in Gen.Choose(0, precision)
            from key in Gen.Choose(-1, 2)
            from source in Gen.Elements("", "text[]", "numeric(10,2)", "\"odd\"")
            select new ColumnSchema("c", type, nullable)
            {
                Precision = type == ColumnType.Decimal ? precision : 0,
                Scale = type == ColumnType.Decimal ? scale : 0,
                KeyOrdinal = key,
                SourceType = source,
            };
        Prop.ForAll(Arb.From(columns.ListOf(5)), list =>
        {
            var named = list.Select(static (column, i) => column with { Name = $"c{i}" }).ToImmutableArray();
            var schema = DeltaSchema.Parse(DeltaSchema.Of(named).ToJson(), "test");
            return schema.Columns.SequenceEqual(named) && schema == DeltaSchema.Of(named);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Foreign_types_are_written_back_as_they_were()
    {
        var json = """
            {"type":"struct","fields":[
            {"name":"a","type":{"type":"array","elementType":"byte","containsNull":true},"nullable":true,
            "metadata":{"x":{"y":[1]}}},
            {"name":"b","type":"timestamp_ntz","nullable":false,"metadata":{}},
            {"name":"c","type":"decimal(10,2)","nullable":true,"metadata":{}}]}
            """.ReplaceLineEndings("");
        var schema = DeltaSchema.Parse(json, "test");
        Assert.Equal(["c"], schema.Columns.Select(static column => column.Name));
        Assert.Equal(json, schema.ToJson());
    }

    [Theory]
    [InlineData("decimal(10, 2)", 10, 2)]
    [InlineData("decimal(38,38)", 38, 38)]
    [InlineData("decimal", 10, 0)]
    public void Spellings_of_decimals_are_understood(string name, int precision, int scale) =>
        Assert.Equal(new DeltaType.Primitive(ColumnType.Decimal, precision, scale), DeltaType.OfName(name));

    [Theory]
    [InlineData("decimal(39,2)")]
    [InlineData("decimal(2,3)")]
    [InlineData("decimal(x,1)")]
    [InlineData("interval")]
    public void Types_that_are_not_ours_are_foreign(string name) => Assert.Null(DeltaType.OfName(name));

    [Theory]
    [InlineData("full name")]
    [InlineData("a,b")]
    [InlineData("")]
    [InlineData("a\tb")]
    public void A_name_that_needs_column_mapping_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => DeltaSchema.Of([new ColumnSchema(name, ColumnType.String)]));

    [Fact]
    public void Names_that_differ_in_case_only_are_refused() => Assert.Throws<ArgumentException>(
        () => DeltaSchema.Of([new ColumnSchema("id", ColumnType.String), new ColumnSchema("ID", ColumnType.String)]));

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"type\":\"array\"}")]
    [InlineData("{\"type\":\"struct\",\"fields\":[{\"name\":1}]}")]
    public void What_is_no_schema_is_named(string json)
    {
        var damaged = Assert.Throws<DeltaFormatException>(() => DeltaSchema.Parse(json, "t/_delta_log/0.json"));
        Assert.StartsWith("t/_delta_log/0.json: a schema", damaged.Message, StringComparison.Ordinal);
    }
}
