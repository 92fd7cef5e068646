using System.Text;
using Tapline.Lakehouse.DuckDb;
using Tapline.Simulation.Tests.World;

namespace Tapline.Simulation.Tests.Checking;

/// <summary>The rows of data files, all read at once because opening a file costs more than reading it.</summary>
sealed class FileRows
{
    readonly Dictionary<string, List<string?[]>> _rows = new(StringComparer.Ordinal);

    /// <summary>Reads some columns of the files, as text.</summary>
    public FileRows(DuckDbDatabase duck, Lake lake, IEnumerable<string> keys, params string[] columns)
    {
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            if (_rows.TryAdd(key, []))
                paths.Add(lake.LocalPath(key), key);
        }
        if (paths.Count == 0)
            return;
        var selected = string.Join(", ", columns.Select(static column => $"CAST(\"{column}\" AS VARCHAR)"));
        using var connection = duck.Connect();
        using var result = connection.Query(
            $"SELECT filename, {selected} FROM read_parquet([{string.Join(", ", paths.Keys.Select(SqlText.Literal))}], "
            + "filename = true, file_row_number = true, union_by_name = true) ORDER BY filename, file_row_number");
        foreach (var chunk in result.Chunks())
        {
            for (var row = 0; row < chunk.Count; row++)
                _rows[paths[Text(chunk, 0, row)!]].Add([.. columns.Select((_, i) => Text(chunk, i + 1, row))]);
        }
    }

    /// <summary>The rows of a file, in its order, without those that are deleted.</summary>
    public IEnumerable<string?[]> Of(LiveFile file) => file.Deleted is { } deleted
        ? _rows[file.Key].Where((_, row) => !deleted.Contains(row))
        : _rows[file.Key];

    static string? Text(DuckDbChunk chunk, int column, int row)
    {
        var vector = chunk.Column(column);
        return vector.IsNull(row) ? null : Encoding.UTF8.GetString(vector.Bytes(row));
    }
}
