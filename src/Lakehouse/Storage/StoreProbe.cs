using System.Text;
using Tapline.Contracts;

namespace Tapline.Lakehouse.Storage;

/// <summary>Finds out whether a store keeps the one promise that everything else is built on.</summary>
public static class StoreProbe
{
    const int Writers = 8;
    const int Races = 3;

    /// <summary>Lets writers race for keys of the folder <c>_tapline/probe</c>, and takes them away again. Throws
    /// <see cref="TaplineException"/> when not exactly one of them wins.</summary>
    /// <param name="store">The store.</param>
    /// <param name="id">Tells this probe's keys from those of others.</param>
    /// <param name="ct">Ends the probe.</param>
    public static async Task RunAsync(IObjectStore store, Guid id, CancellationToken ct)
    {
        for (var race = 0; race < Races; race++)
        {
            var key = $"_tapline/probe/{id:N}-{race}";
            var puts = await Task.WhenAll(Enumerable.Range(0, Writers).Select(
                writer => store.PutIfAbsentAsync(key, Content(writer), ct).AsTask()));
            var again = await store.PutIfAbsentAsync(key, Content(Writers), ct);
            var found = await store.GetAsync(key, ct);
            await store.DeleteAsync(key, ct);
            // An answer that was lost says nothing of the store.
            if (puts.Contains(PutOutcome.Unknown) || again == PutOutcome.Unknown)
                continue;
            var winners = Enumerable.Range(0, Writers).Where(writer => puts[writer] == PutOutcome.Created).ToList();
            if (again == PutOutcome.Created || winners.Count > 1)
                throw Refused("lets two writers win one key");
            if (winners is [var winner] && !Content(winner).AsSpan().SequenceEqual(found))
                throw Refused("does not keep what the winner of a key wrote");
        }
    }

    static byte[] Content(int writer) => Encoding.ASCII.GetBytes($"writer {writer}");

    static TaplineException Refused(string what) => new(
        $"the lake's store {what}",
        "Use one with atomic conditional writes (If-None-Match: *): AWS S3, Ceph 16 or later, MinIO.");
}
