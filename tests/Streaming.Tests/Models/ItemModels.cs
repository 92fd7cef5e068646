using Tapline.Contracts.Sources;
using Tapline.Models;

namespace Tapline.Streaming.Tests.Models;

/// <summary>Models over the table of <see cref="Lanes.LaneWorld"/>.</summary>
static class ItemModels
{
    const string Bodies = """
        ---
        key: body
        inputs: { items: body }
        history: [items]
        ---
        select body, count(*) as items, max(id) as largest from items group by all
        """;

    const string Changes = """
        ---
        kind: fold
        key: id
        ---
        select id, count(*) as changes, max(_offset) as newest from items_changes group by id
        """;

    const string Counted = """
        ---
        key: id
        inputs: { items: id, item_changes: id }
        ---
        select i.id, i.body, c.changes from items i join item_changes c on c.id = i.id
        """;

    /// <summary>How many items have a body; how often an item changed, and both of the items that are there.</summary>
    public static ModelPackage Package(string bodies = Bodies) => Load(new()
    {
        ["entity/entity_bodies.sql"] = bodies,
        ["fold/item_changes.sql"] = Changes,
        ["entity/entity_items.sql"] = Counted,
    });

    static ModelPackage Load(Dictionary<string, string> files)
    {
        var folder = Directory.CreateTempSubdirectory("tapline-models-");
        try
        {
            foreach (var (name, text) in files)
            {
                var path = Path.Combine(folder.FullName, name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllText(path, text);
            }
            return PackageLoader.Load(folder.FullName, new SourceDeclarations(new DeclaredFormat(),
            [
                new DeclaredTable("app.items")
                {
                    Key = ["id"],
                    Columns = [new("id", "integer") { NotNull = true }, new("body", "text")],
                },
            ]));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
