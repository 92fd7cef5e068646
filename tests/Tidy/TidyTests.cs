using System.Text.RegularExpressions;

namespace Tapline.Tidy.Tests;

public sealed partial class TidyTests
{
    const int LineLengthMax = 120;
    const int MethodLinesMax = 70;

    static readonly string[] Code = ["src", "tests"];

    [Fact]
    public void No_line_is_too_long() => AssertNone(
        from file in Repository.Files(".cs", Code).Concat(Repository.Files(".sql", Code))
        from line in Repository.Lines(file).Index()
        where line.Item.Length > LineLengthMax
        select $"{file}:{line.Index + 1} has {line.Item.Length} columns");

    [Fact]
    public void No_method_is_too_long() => AssertNone(
        from file in Repository.Files(".cs", Code)
        from method in MethodLengths.Of(Repository.Lines(file))
        where method.Length > MethodLinesMax
        select $"{file}:{method.Line} {method.Name} has {method.Length} lines");

    [Fact]
    public void A_type_is_named_by_what_it_is() => AssertNone(
        from file in Repository.Files(".cs", Code)
        where VagueName().IsMatch(Path.GetFileNameWithoutExtension(file))
        select $"{file}: the name says nothing");

    [Fact]
    public void A_file_is_named_as_its_first_type() => AssertNone(
        from file in Repository.Files(".cs", "src")
        let name = Path.GetFileNameWithoutExtension(file)
        where name is not "Program" && !name.EndsWith('s') // A plural names a family.
        let types = TypeNames(Repository.Lines(file)).ToList()
        where types.Count > 0 && !types.Contains(name)
        select $"{file} holds {string.Join(", ", types)}");

    [Fact]
    public void Nothing_is_left_undone_or_commented_out() => AssertNone(
        from file in Repository.Files(".cs", Code)
        where !file.StartsWith("tests/Tidy/", StringComparison.Ordinal)
        from line in Repository.Lines(file).Index()
        where Leftover().IsMatch(line.Item)
        select $"{file}:{line.Index + 1} {line.Item.Trim()}");

    [Fact]
    public void Nothing_runs_unwatched_or_blocks_on_a_task() => AssertNone(
        from file in Repository.Files(".cs", "src")
        from line in Repository.Lines(file).Index()
        where Unwatched().IsMatch(line.Item)
        select $"{file}:{line.Index + 1} {line.Item.Trim()}");

    [Fact]
    public void A_file_has_its_namespace_in_one_line() => AssertNone(
        from file in Repository.Files(".cs", Code)
        from line in Repository.Lines(file).Index()
        where line.Item.StartsWith("namespace ", StringComparison.Ordinal) && !line.Item.EndsWith(';')
        select $"{file}:{line.Index + 1}");

    static void AssertNone(IEnumerable<string> found)
    {
        var all = found.ToList();
        Assert.True(all.Count == 0, string.Join("\n", all));
    }

    static IEnumerable<string> TypeNames(string[] lines) =>
        lines.Select(static line => TypeLine().Match(line))
            .Where(static match => match.Success)
            .Select(static match => match.Groups["name"].Value);

    [GeneratedRegex("(Utils?|Helpers?|Manager|Common|Misc)$")]
    private static partial Regex VagueName();

    [GeneratedRegex(@"^(public |internal |file )?(abstract |sealed |static |partial |readonly |unsafe |ref )*"
        + @"(class|struct|record struct|record|interface|enum|delegate [A-Za-z<>]+) (?<name>[A-Za-z0-9_]+)")]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b|#region|^\s*//(?!/).*;\s*$|NotImplementedException")]
    private static partial Regex Leftover();

    [GeneratedRegex(@"^\s*(_ = )?Task\.Run\(|\basync void\b|\.GetAwaiter\(\)\.GetResult\(\)|\.Wait\(\)")]
    private static partial Regex Unwatched();
}
