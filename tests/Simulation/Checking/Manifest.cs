using System.Text.Json;
using Tapline.Simulation.Tests.World;

namespace Tapline.Simulation.Tests.Checking;

/// <summary>A manifest, as plainly as it can be read.</summary>
/// <param name="Epoch">Its epoch.</param>
/// <param name="Order">When it came.</param>
/// <param name="Tables">Version by table folder.</param>
/// <param name="Cut">The offset to read next, by topic and partition.</param>
sealed record Manifest(
    long Epoch, int Order, Dictionary<string, long> Tables, Dictionary<string, Dictionary<int, long>> Cut)
{
    const string Folder = "_tapline/lanes/0/";

    /// <summary>All manifests of the lane in order; fails when one is missing.</summary>
    public static List<Manifest> ReadAll(Lake lake)
    {
        var found = new List<Manifest>();
        foreach (var (key, written) in lake.Objects)
        {
            if (!key.StartsWith(Folder, StringComparison.Ordinal) || !key.EndsWith(".done", StringComparison.Ordinal))
                continue;
            if (long.Parse(key.AsSpan(Folder.Length, 20)) != found.Count + 1)
                throw new SimulationFailure($"there is no manifest {found.Count + 1}, but {key}");
            found.Add(Read(found.Count + 1, written));
        }
        return found;
    }

    /// <summary>Whether everything that the log has is in the lake, by its documents.</summary>
    public static bool IsAtEnd(Lake lake, Source source)
    {
        var last = lake.Objects.Keys.Where(static key => key.StartsWith(Folder, StringComparison.Ordinal)).Max();
        if (last is null)
            return source.Partitions.Values.All(static partition => partition.Count == 0);
        // "….done" comes before "….json" in the order of names.
        var done = last[..last.LastIndexOf('.')] + ".done";
        if (lake.Objects.GetValueOrDefault(done) is not { } written)
            return false;
        var manifest = Read(0, written);
        return source.Partitions.All(partition => partition.Value.Count == 0
            || manifest.Cut.GetValueOrDefault(partition.Key.Topic)?.GetValueOrDefault(partition.Key.Partition)
                == partition.Value.Count);
    }

    static Manifest Read(long epoch, LakeObject written)
    {
        using var document = JsonDocument.Parse(written.Content);
        var tables = document.RootElement.GetProperty("tables").EnumerateObject()
            .ToDictionary(static table => table.Name, static table => table.Value.GetInt64());
        var cut = document.RootElement.GetProperty("offsets").EnumerateObject().ToDictionary(
            static topic => topic.Name,
            static topic => topic.Value.EnumerateObject().ToDictionary(
                static partition => int.Parse(partition.Name), static partition => partition.Value.GetInt64()));
        return new Manifest(epoch, written.Order, tables, cut);
    }
}
