using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;
using Tapline.Models.Lineage;

namespace Tapline.Models.Docs;

/// <summary>The first page: all models by their folders, and the sources with their columns.</summary>
sealed class IndexPage(ModelPackage package, PackageLineage lineage)
{
    // For readers first; then what is computed on the way.
    static readonly string[] FolderOrder = ["entity", "grain", "mart"];

    // Works without it: it only hides rows.
    const string Script = """
        const box = document.getElementById('filter');
        box.addEventListener('input', () => {
          const words = box.value.toLowerCase().split(/\s+/).filter(word => word);
          for (const row of document.querySelectorAll('[data-find]'))
            row.hidden = !words.every(word => row.dataset.find.includes(word));
        });
        """;

    /// <summary>The page.</summary>
    public string Html()
    {
        var folders = package.Models
            .GroupBy(static model => Path.GetFileName(Path.GetDirectoryName(model.File)) ?? "", StringComparer.Ordinal)
            .OrderBy(static folder => Array.IndexOf(FolderOrder, folder.Key) is var place && place < 0 ? 99 : place)
            .ThenBy(static folder => folder.Key, StringComparer.Ordinal);
        var sources = package.Relations.Values
            .Where(static relation => relation.Kind != RelationKind.Changes)
            .OrderBy(static relation => NameOf(relation), StringComparer.Ordinal);
        var stored = package.Stored.Count();
        return PageFrame.Page($"models of {package.Name}", "index.html", package.Name, Markup.Of($"""
            <h1>{package.Name}</h1>
            <p class="soft">{stored} models that are kept current, {package.Models.Length - stored} views</p>
            <label for="filter">Find models, columns and sources by words</label>
            <input id="filter" type="search" autocomplete="off" />
            {Markup.Join(folders.Select(Folder), "\n")}
            <h2>sources</h2>
            {Markup.Join(sources.Select(Source), "\n")}
            <script>
            {new Markup(Script)}
            </script>
            """));
    }

    /// <summary>The name of a source as sources.yaml, and lineage, has it.</summary>
    public static string NameOf(Relation relation) =>
        relation.Kind == RelationKind.Stream ? relation.Name : relation.Table.ToString();

    static Markup Folder(IGrouping<string, Model> folder) => Markup.Of($"""
        <h2>{folder.Key}</h2>
        <div class="wide"><table>
        <thead><tr><th scope="col">model</th><th scope="col">key</th><th scope="col">what a row is</th></tr></thead>
        <tbody>
        {Markup.Join(folder.OrderBy(static model => model.Name, StringComparer.Ordinal).Select(Row), "\n")}
        </tbody></table></div>
        """);

    static Markup Row(Model model) => Markup.Of($"""
        <tr data-find="{FindText(model)}"><td class="name">{Link(model)}</td>
        <td>{string.Join(", ", model.Key)}</td><td class="text">{model.Description}</td></tr>
        """);

    static Markup Link(Model model) =>
        Markup.Of($"<a href=\"{DocsSite.AddressOf(model.Name)}\">{model.Name}</a>");

    static string FindText(Model model) => string.Join(
        ' ', model.Columns.Select(static column => column.Name).Prepend(model.Description).Prepend(model.Name))
        .ToLowerInvariant();

    Markup Source(Relation relation)
    {
        var name = NameOf(relation);
        var readers = DocsSite.ReadersOf(package, [relation.Name, $"{relation.Name}_changes"]);
        var find = $"{name} {string.Join(' ', relation.Columns.Select(static column => column.Name))}";
        var counts = $"{relation.Columns.Length} columns, read by {readers.Length} models";
        return Markup.Of($"""
            <details id="{name}" data-find="{find.ToLowerInvariant()}">
            <summary><code>{name}</code> {counts}</summary>
            <p>{Markup.Join(readers.Select(Link), ", ")}</p>
            <div class="wide"><table>
            <thead><tr><th scope="col">column</th><th scope="col">type</th>
            <th scope="col">columns of models that follow from it</th></tr></thead>
            <tbody>
            {Markup.Join(relation.Columns.Select(column => Column(name, column)), "\n")}
            </tbody></table></div>
            </details>
            """);
    }

    Markup Column(string source, ColumnSchema column)
    {
        var at = new RelationColumn(source, column.Name);
        var values = lineage.Downstream(at).Count(static edge => edge.Kind == LineageKind.Value);
        var type = column.SourceType.Length > 0 ? column.SourceType : DuckDbType.Of(column).ToString();
        var badges = Markup.Join([Badge.If(column.IsKey, "key"), Badge.If(lineage.IsPersonal(at), "personal")]);
        return Markup.Of($"""
            <tr><td class="name"><code>{column.Name}</code>{badges}</td><td>{type}</td><td>{values}</td></tr>
            """);
    }
}
