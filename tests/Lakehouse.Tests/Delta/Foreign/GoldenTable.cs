using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Tapline.Lakehouse.Storage;

namespace Tapline.Lakehouse.Tests.Delta.Foreign;

/// <summary>How reading a golden table must end.</summary>
enum GoldenOutcome
{
    /// <summary>With the rows.</summary>
    Rows,
    /// <summary>With the rows, or with an error; never with other rows.</summary>
    RowsOrDamaged,
    /// <summary>The data files are not there: the log can be read and the rows cannot.</summary>
    LogOnly,
    /// <summary>With an error that names what is damaged.</summary>
    Damaged,
    /// <summary>With an error that names a feature.</summary>
    Unsupported,
    /// <summary>There is no table.</summary>
    NoTable,
}

/// <summary>What a version of a table has; no rows where reading it must fail.</summary>
sealed record GoldenVersion(long? Rows, string? Sha256);

/// <summary>A table by another writer with what is to be found in it.</summary>
sealed class GoldenTable
{
    GoldenTable(string folder, JsonElement expected, string[] rows)
    {
        Folder = folder;
        Expected = expected;
        Rows = rows;
        Store = new LocalObjectStore(Path.Combine(folder, "table"), new LocalStoreOptions { MustExist = true });
        var error = Text("expectedError");
        var expect = Text("expect");
        Outcome = error.Contains("NOT_A_TABLE", StringComparison.Ordinal) ? GoldenOutcome.NoTable
            : expected.TryGetProperty("logOnly", out _) ? GoldenOutcome.LogOnly
            : error.StartsWith("UNSUPPORTED", StringComparison.Ordinal)
                || expect.StartsWith("error naming", StringComparison.Ordinal) ? GoldenOutcome.Unsupported
            : error.Length > 0 || expect.StartsWith("clear error", StringComparison.Ordinal) ? GoldenOutcome.Damaged
            : expect.StartsWith("fallback", StringComparison.Ordinal) ? GoldenOutcome.RowsOrDamaged
            : GoldenOutcome.Rows;
        Feature = expect.Contains('"', StringComparison.Ordinal) ? expect.Split('"')[1] : error.Split(' ')[^1];
        IsForbiddenToWrite = expect.Contains("every write must be refused", StringComparison.Ordinal)
            || (expected.TryGetProperty("notes", out var notes) && notes.EnumerateArray()
                .Any(static note => note.GetString()!.StartsWith("writing must be refused", StringComparison.Ordinal)));
        Versions = expected.TryGetProperty("versions", out var versions)
            ? [.. versions.EnumerateObject().Select(Version)]
            : [];
    }

    public string Folder { get; }

    public JsonElement Expected { get; }

    public LocalObjectStore Store { get; }

    public GoldenOutcome Outcome { get; }

    /// <summary>The feature that an error must name.</summary>
    public string Feature { get; }

    public bool IsForbiddenToWrite { get; }

    /// <summary>The rows of the newest version.</summary>
    public string[] Rows { get; }

    public ImmutableArray<(long Number, GoldenVersion Expected)> Versions { get; }

    public static async Task<GoldenTable> ReadAsync(string folder, CancellationToken ct)
    {
        var json = await File.ReadAllBytesAsync(Path.Combine(folder, "expected.json"), ct);
        return new GoldenTable(
            folder, JsonDocument.Parse(json).RootElement, await LinesAsync(folder, "expected.jsonl", ct));
    }

    /// <summary>The lines of a file beside the table; none when it is not there.</summary>
    public static async Task<string[]> LinesAsync(string folder, string name, CancellationToken ct)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
            return [];
        var text = await File.ReadAllTextAsync(path, ct);
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    string Text(string name) => Expected.TryGetProperty(name, out var text) ? text.GetString()! : "";

    static (long, GoldenVersion) Version(JsonProperty version) => (
        long.Parse(version.Name, CultureInfo.InvariantCulture),
        version.Value.TryGetProperty("rows", out var rows)
            ? new GoldenVersion(rows.GetInt64(), version.Value.GetProperty("sha256").GetString())
            : new GoldenVersion(null, null));
}
