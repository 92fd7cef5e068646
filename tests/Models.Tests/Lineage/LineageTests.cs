using Tapline.Models.Lineage;
using Tapline.Models.Tests.Law;

namespace Tapline.Models.Tests.Lineage;

public sealed class LineageTests
{
    static readonly Lazy<(ModelPackage Package, PackageLineage Lineage)> Built = new(() =>
    {
        var views = CasesBySql.Cases.Select(static (each, i) => (
            $"mart/case_{i}.sql", (string?)$"---\nkind: view\n{Time(each.Sql)}---\n{each.Sql}\n"));
        var package = TestPackage.With([("macros.sql", CasesBySql.Macros), .. views]);
        return (package, PackageLineage.Of(package));
    });

    public static TheoryData<int, string> Cases() =>
        new(CasesBySql.Cases.Select(static (each, i) => new TheoryDataRow<int, string>(i, each.Sql)));

    [Theory, MemberData(nameof(Cases))]
    public void A_columns_inputs_are_those_of_its_sql(int number, string sql)
    {
        var view = Built.Value.Package.Find($"case_{number}")!;

        Assert.Equal(sql, view.Sql);
        Assert.Equal(CasesBySql.Cases[number].Expected, view.Columns.Select(column =>
            $"{column.Name}: {Words(Built.Value.Lineage.Inputs(new(view.Name, column.Name)))}".TrimEnd()));
    }

    static string Time(string sql) => sql.Contains("clock", StringComparison.Ordinal) ? "time: date\n" : "";

    static string Words(IEnumerable<LineageEdge> edges) => string.Join(' ', edges
        .OrderBy(static edge => edge.Kind == LineageKind.Value)
        .Select(static edge => edge.Kind == LineageKind.Value ? $"{edge.Column}" : $"[{edge.Column}]"));
}
