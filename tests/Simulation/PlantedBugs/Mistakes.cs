using System.Text;
using Tapline.Lakehouse.Storage;

namespace Tapline.Simulation.Tests.PlantedBugs;

/// <summary>The planted bugs, each as a store that makes its client behave as if it had the bug.</summary>
static class Mistakes
{
    /// <summary>Puts a bug in front of a store.</summary>
    public static IObjectStore Plant(PlantedBug bug, IObjectStore store) => bug switch
    {
        PlantedBug.FenceSkipped => new FenceSkipped(store),
        PlantedBug.CheckThenWrite => new CheckThenWrite(store),
        PlantedBug.ManifestFirst => new ManifestFirst(store),
        PlantedBug.LostAnswerTakenForSuccess => new LostAnswerTakenForSuccess(store),
        PlantedBug.LostAnswerTakenForFailure => new LostAnswerTakenForFailure(store),
        PlantedBug.LostFileTakenForSuccess => new LostFileTakenForSuccess(store),
        PlantedBug.VectorsNotUnited => new VectorsNotUnited(store),
        _ => throw new ArgumentOutOfRangeException(nameof(bug), bug, null),
    };

    /// <summary>A commit's bytes without the lines that have a word.</summary>
    static byte[]? Without(byte[]? commit, params string[] words) => commit is null
        ? null
        : Encoding.UTF8.GetBytes(string.Join('\n', Encoding.UTF8.GetString(commit).Split('\n')
            .Where(line => !words.Any(word => line.StartsWith($"{{\"{word}\"", StringComparison.Ordinal)))));

    sealed class FenceSkipped(IObjectStore inner) : StoreInFront(inner)
    {
        public override async ValueTask<byte[]?> GetAsync(string key, CancellationToken ct)
        {
            var content = await Inner.GetAsync(key, ct);
            return IsCommit(key) ? Without(content, "txn") : content;
        }
    }

    sealed class CheckThenWrite(IObjectStore inner) : StoreInFront(inner)
    {
        public override async ValueTask<PutOutcome> PutIfAbsentAsync(
            string key, ReadOnlyMemory<byte> content, CancellationToken ct)
        {
            if (await Inner.GetAsync(key, ct) is not null)
                return PutOutcome.Exists;
            await Inner.PutAsync(key, content, ct);
            return PutOutcome.Created;
        }
    }

    sealed class ManifestFirst(IObjectStore inner) : StoreInFront(inner)
    {
        readonly Dictionary<string, byte[]> _waiting = new(StringComparer.Ordinal);

        public override async ValueTask<PutOutcome> PutIfAbsentAsync(
            string key, ReadOnlyMemory<byte> content, CancellationToken ct)
        {
            if (IsCommit(key))
            {
                if (await GetAsync(key, ct) is not null)
                    return PutOutcome.Exists;
                _waiting.Add(key, content.ToArray());
                return PutOutcome.Created;
            }
            var outcome = await Inner.PutIfAbsentAsync(key, content, ct);
            if (!key.EndsWith(".done", StringComparison.Ordinal))
                return outcome;
            foreach (var (commit, actions) in _waiting)
                await Inner.PutIfAbsentAsync(commit, actions, ct);
            _waiting.Clear();
            return outcome;
        }

        public override async ValueTask<byte[]?> GetAsync(string key, CancellationToken ct) =>
            _waiting.GetValueOrDefault(key) ?? await Inner.GetAsync(key, ct);
    }

    sealed class LostAnswerTakenForSuccess(IObjectStore inner) : StoreInFront(inner)
    {
        public override async ValueTask<PutOutcome> PutIfAbsentAsync(
            string key, ReadOnlyMemory<byte> content, CancellationToken ct)
        {
            var outcome = await Inner.PutIfAbsentAsync(key, content, ct);
            return outcome == PutOutcome.Unknown ? PutOutcome.Created : outcome;
        }
    }

    sealed class LostAnswerTakenForFailure(IObjectStore inner) : StoreInFront(inner)
    {
        readonly HashSet<string> _lost = new(StringComparer.Ordinal);

        public override async ValueTask<PutOutcome> PutIfAbsentAsync(
            string key, ReadOnlyMemory<byte> content, CancellationToken ct)
        {
            var outcome = await Inner.PutIfAbsentAsync(key, content, ct);
            if (outcome == PutOutcome.Unknown && IsCommit(key))
                _lost.Add(key);
            return outcome;
        }

        // The commit that is found there seems to be somebody else's.
        public override async ValueTask<byte[]?> GetAsync(string key, CancellationToken ct)
        {
            var content = await Inner.GetAsync(key, ct);
            return _lost.Contains(key) ? Without(content, "txn", "commitInfo") : content;
        }
    }

    sealed class LostFileTakenForSuccess(IObjectStore inner) : StoreInFront(inner)
    {
        public override async ValueTask PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct)
        {
            try
            {
                await Inner.PutAsync(key, content, ct);
            }
            catch (IOException)
            {
                // That is the mistake.
            }
        }
    }
}
