namespace Tapline.Simulation.Tests.World;

/// <summary>The rows that foreign writers have put into tables.</summary>
sealed class ForeignRows
{
    const int First = 900_000;

    readonly Dictionary<string, List<int>> _rows = new(StringComparer.Ordinal);
    int _next = First;

    /// <summary>A key that nobody else has.</summary>
    public int NextKey() => _next++;

    /// <summary>Whether a key is one of theirs.</summary>
    public static bool Is(string? key) => key is not null && int.Parse(key) >= First;

    /// <summary>Those that were committed to a table.</summary>
    public IReadOnlyList<int> Of(string root) => _rows.GetValueOrDefault(root) ?? [];

    /// <summary>Takes note of a commit.</summary>
    public void Committed(string root, int key)
    {
        if (!_rows.TryGetValue(root, out var rows))
            _rows.Add(root, rows = []);
        rows.Add(key);
    }
}
