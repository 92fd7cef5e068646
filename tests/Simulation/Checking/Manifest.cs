using System.Text.Json;
using Tapline.Contracts.Log;
using Tapline.Simulation.Tests.World;

namespace Tapline.Simulation.Tests.Checking;

/// <summary>A manifest, as plainly as it can be read.</summary>
/// <param name="Lane">Its lane.</param>
/// <param name="Epoch">Its epoch.</param>
/// <param name="Order">When it came.</param>
/// <param name="Tables">Version by table folder.</param>
/// <param name="Cut">The offset to read next, by topic and partition.</param>
sealed record Manifest(
    string Lane,
    long Epoch,
    int Order,
    Dictionary<string, long> Tables,
    Dictionary<string, Dictionary<int, long>> Cut)
{
    const string Folder = "_tapline/lanes/";

    /// <summary>All manifests, those of each lane in order; fails when one is missing.</summary>
    public static List<Manifest> ReadAll(Lake lake)
    {
        var found = new List<Manifest>();
        foreach (var (key, written) in lake.Objects)
        {
            if (!key.StartsWith(Folder, StringComparison.Ordinal) || !key.EndsWith(".done", StringComparison.Ordinal))
                continue;
            var (lane, name) = Split(key);
            var epoch = found.Count > 0 && found[^1].Lane == lane ? found[^1].Epoch + 1 : 1;
            if (long.Parse(name.AsSpan(0, 20)) != epoch)
                throw new SimulationFailure($"lane {lane} has no manifest {epoch}, but {key}");
            found.Add(Read(lane, epoch, written));
        }
        return found;
    }

    /// <summary>The newest manifest of each lane.</summary>
    public static IEnumerable<Manifest> Newest(IEnumerable<Manifest> manifests) =>
        manifests.GroupBy(static manifest => manifest.Lane).Select(static lane => lane.Last());

    /// <summary>Whether everything that the log has is in the lake, by its documents.</summary>
    public static bool IsAtEnd(Lake lake, Source source)
    {
        var newest = new List<Manifest>();
        var lanes = lake.Objects.Keys.Where(static key => key.StartsWith(Folder, StringComparison.Ordinal))
            .GroupBy(static key => Split(key).Lane);
        foreach (var last in lanes.Select(static lane => lane.Max()!))
        {
            // "….done" comes before "….json" in the order of names.
            var done = last[..last.LastIndexOf('.')] + ".done";
            if (lake.Objects.GetValueOrDefault(done) is not { } written)
                return false;
            newest.Add(Read(Split(done).Lane, 0, written));
        }
        return source.Partitions.All(partition => partition.Value.Count == 0
            || newest.Exists(manifest => manifest.Offset(partition.Key) == partition.Value.Count));
    }

    /// <summary>The offset to read next of a partition; 0 for one of another lane.</summary>
    public long Offset(TopicPartition partition) =>
        Cut.GetValueOrDefault(partition.Topic)?.GetValueOrDefault(partition.Partition) ?? 0;

    static (string Lane, string Name) Split(string key)
    {
        var words = key[Folder.Length..].Split('/');
        return (words[0], words[1]);
    }

    static Manifest Read(string lane, long epoch, LakeObject written)
    {
        using var document = JsonDocument.Parse(written.Content);
        var tables = document.RootElement.GetProperty("tables").EnumerateObject()
            .ToDictionary(static table => table.Name, static table => table.Value.GetInt64());
        var cut = document.RootElement.GetProperty("offsets").EnumerateObject().ToDictionary(
            static topic => topic.Name,
            static topic => topic.Value.EnumerateObject().ToDictionary(
                static partition => int.Parse(partition.Name), static partition => partition.Value.GetInt64()));
        return new Manifest(lane, epoch, written.Order, tables, cut);
    }
}
