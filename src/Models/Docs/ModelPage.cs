using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;
using Tapline.Models.Lineage;

namespace Tapline.Models.Docs;

/// <summary>The page of a model.</summary>
sealed class ModelPage(ModelPackage package, PackageLineage lineage, Model model)
{
    const string Home = "../index.html";

    /// <summary>The page.</summary>
    public string Html() => PageFrame.Page($"{model.Name} – {package.Name}", Home, package.Name, Markup.Of($"""
        <h1>{model.Name}<span class="badge">{model.Kind.ToString().ToLowerInvariant()}</span></h1>
        <p>{model.Description}</p>
        <dl>{Facts()}</dl>
        {Section("Columns", Columns())}
        {Section("Inputs", Inputs())}
        {Section("Read by", Readers())}
        {Section("Tests", Tests())}
        {Section("SQL", Sql())}
        """));

    // Reached by the keyboard, so that a long line can be scrolled.
    Markup Sql() => Markup.Of($"<pre tabindex=\"0\"><code>{model.Sql.Trim('\n')}</code></pre>");

    static Markup Section(string title, Markup content) =>
        content.Text.Length == 0 ? Markup.None : Markup.Of($"<h2>{title}</h2>\n{content}");

    Markup Facts()
    {
        (string Name, string Text)[] facts =
        [
            ("table", model.IsStored ? $"{model.Root} (SQL: {model.Layer}.{model.Name})" : ""),
            ("key", string.Join(", ", model.Key)),
            ("computed together by", model.By.SequenceEqual(model.Key) ? "" : string.Join(", ", model.By)),
            ("time", model.Time switch
            {
                ModelTime.Date => "computed anew when the date changes",
                ModelTime.Tick => "computed anew every five minutes",
                _ => "",
            }),
            ("history of", string.Join(", ", model.Tracked)),
        ];
        return Markup.Join(facts.Where(static fact => fact.Text.Length > 0).Select(static fact =>
            Markup.Of($"<dt>{fact.Name}</dt><dd>{fact.Text}</dd>")));
    }

    Markup Columns() => Markup.Of($"""
        <div class="wide"><table>
        <thead><tr><th scope="col">column</th><th scope="col">type</th><th scope="col">what it is</th>
        <th scope="col">computed from</th></tr></thead>
        <tbody>
        {Markup.Join(model.Columns.Select(Column), "\n")}
        </tbody></table></div>
        """);

    Markup Column(ColumnSchema column)
    {
        var at = new RelationColumn(model.Name, column.Name);
        var inputs = lineage.Inputs(at);
        var values = inputs.Where(static edge => edge.Kind == LineageKind.Value).Select(Link).ToList();
        var filters = inputs.Where(static edge => edge.Kind == LineageKind.Filter).Select(Link).ToList();
        var sources = lineage.Sources(at).Where(static edge => edge.Kind == LineageKind.Value).Select(Link).ToList();
        var what = model.ColumnDescriptions.GetValueOrDefault(column.Name, "");
        var from = values.Count > 0 ? Markup.Join(values, ", ") : Markup.Of($"<span class=\"soft\">a constant</span>");
        return Markup.Of($"""
            <tr id="{column.Name}"><td class="name"><code>{column.Name}</code>{Badges(column, at)}</td>
            <td>{DuckDbType.Of(column)}</td><td class="text">{what}</td>
            <td class="from">{from}{More(filters, sources)}</td></tr>
            """);
    }

    static Markup More(List<Markup> filters, List<Markup> sources)
    {
        (string Title, List<Markup> Links)[] parts = [("sources", sources), ("rows by", filters)];
        var filled = parts.Where(static part => part.Links.Count > 0).ToList();
        if (filled.Count == 0)
            return Markup.None;
        var summary = string.Join(", ", filled.Select(static part => $"{part.Title} {part.Links.Count}"));
        var lists = filled.Select(static part =>
            Markup.Of($"<div><span class=\"soft\">{part.Title}</span> {Markup.Join(part.Links, ", ")}</div>"));
        return Markup.Of($"<details><summary>{summary}</summary>{Markup.Join(lists)}</details>");
    }

    Markup Badges(ColumnSchema column, RelationColumn at) => Markup.Join(
    [
        Badge.If(model.Key.Contains(column.Name), "key"),
        Badge.If(model.Tracked.Contains(column.Name), "history"),
        Badge.If(lineage.IsPersonal(at), "personal"),
    ]);

    // A column's place on the page of its model, or of its source on the index.
    Markup Link(LineageEdge edge)
    {
        var column = edge.Column;
        if (package.Find(column.Relation) is not null)
            return Markup.Of($"<a href=\"{Page(column.Relation)}#{column.Column}\">{column}</a>");
        var source = package.Relations.TryGetValue(column.Relation, out var relation)
            ? IndexPage.NameOf(relation)
            : column.Relation;
        return source is ModelCatalog.Clock or ModelCatalog.Parameters
            ? Markup.Of($"<span>{column}</span>")
            : Markup.Of($"<a href=\"{Home}#{source}\">{column}</a>");
    }

    static string Page(string name) => $"{Uri.EscapeDataString(name)}.html";

    Markup Inputs()
    {
        var paths = model.Inputs.ToDictionary(static input => input.Name, static input => Words(input.Path));
        var rows = model.Reads.Select(name => Markup.Of(
            $"<tr><td class=\"name\">{Relation(name)}</td><td>{paths.GetValueOrDefault(name, "")}</td></tr>"));
        return Markup.Of($"""
            <div class="wide"><table>
            <thead><tr><th scope="col">relation</th><th scope="col">its way to the key</th></tr></thead>
            <tbody>
            {Markup.Join(rows, "\n")}
            </tbody></table></div>
            """);
    }

    Markup Relation(string name) =>
        package.Find(name) is not null ? Markup.Of($"<a href=\"{Page(name)}\">{name}</a>")
        : package.Relations.TryGetValue(name, out var relation)
            ? Markup.Of($"<a href=\"{Home}#{IndexPage.NameOf(relation)}\">{name}</a>")
            : Markup.Of($"<span>{name}</span>");

    static string Words(InputPath path) => path switch
    {
        InputPath.All => "every key sees all rows",
        InputPath.Direct direct => string.Join(", ", direct.Columns),
        InputPath.Join join =>
            $"{string.Join(", ", join.Columns)} = {join.Other}.{string.Join(", ", join.OtherColumns)}",
        _ => "",
    };

    Markup Readers() => Markup.Join(
        DocsSite.ReadersOf(package, [model.Name]).Select(reader => Relation(reader.Name)), ", ");

    Markup Tests() => model.Tests.IsEmpty
        ? Markup.None
        : Markup.Of($"<ul>{Markup.Join(model.Tests.Select(static test => Markup.Of($"<li>{test.Name}</li>")))}</ul>");
}
