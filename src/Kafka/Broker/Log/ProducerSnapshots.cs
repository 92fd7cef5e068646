namespace Tapline.Kafka.Broker.Log;

/// <summary>Files of producers' states, each named by the offset up to which it knows the log.</summary>
static class ProducerSnapshots
{
    const string Suffix = ".producers";
    const int Kept = 2;

    /// <summary>Writes one and removes all but the newest.</summary>
    public static void Save(string folder, long offset, ProducerStates producers)
    {
        producers.Save(Path.Combine(folder, $"{offset:D20}{Suffix}"));
        foreach (var (_, path) in List(folder).Skip(Kept))
            File.Delete(path);
    }

    /// <summary>The newest sound one at or below <paramref name="endOffset"/>, and the offset to go on from.</summary>
    public static (ProducerStates Producers, long Offset) Load(string folder, long endOffset, int producersMax)
    {
        foreach (var (offset, path) in List(folder))
        {
            var producers = new ProducerStates(producersMax);
            if (offset <= endOffset && producers.TryLoad(path))
                return (producers, offset);
        }
        return (new ProducerStates(producersMax), 0);
    }

    static IEnumerable<(long Offset, string Path)> List(string folder) =>
        Directory.EnumerateFiles(folder, "*" + Suffix)
            .Select(path => (Offset: long.Parse(Path.GetFileNameWithoutExtension(path)), path))
            .OrderByDescending(snapshot => snapshot.Offset);
}
