using System.Globalization;
using System.Text;
using Tapline.Contracts;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Decoding;

namespace Tapline.Streaming.Tests.Decoding;

/// <summary>Decodes what a real connector wrote, applies it, and compares with the database it came from.</summary>
public sealed class CapturedEventsTests
{
    // Columns that the connector itself spells otherwise than the database prints them.
    static readonly string[] OtherSpelling = ["interval", "point", "hstore", "geometry", "geography", "time"];

    [Fact]
    public void The_restarted_runs_end_in_the_rows_of_the_database() => Replay(
        "restart_db_final.json",
        ["restart_run1.jsonl", "restart_run2.jsonl", "restart_run3.jsonl", "restart_run4.jsonl"],
        exceptions: []);

    [Fact]
    public void The_bulk_runs_end_in_the_rows_of_the_database() => Replay(
        "bulk_db_final.json", ["bulk_env_run1.jsonl", "bulk_env_run2_part0.jsonl", "bulk_env_run2_part1.jsonl"],
        exceptions: []);

    [Fact]
    public void The_incremental_snapshots_end_in_the_rows_of_the_database() => Replay(
        "inc_db_final.json", ["inc1_signals_off.jsonl"], exceptions: []);

    [Fact]
    public void The_whole_database_is_decoded_but_for_the_tables_that_were_altered()
    {
        var tables = Captures.Tables("db_final.json", "saas", WireFormat.DebeziumDefault);
        var replicas = tables.ToDictionary(static entry => entry.Key, static entry => new Replica(entry.Value.Schema));
        var rejected = new List<string>();
        foreach (var record in Captures.Records("c02_default_schemas_off.jsonl"))
        {
            if (!replicas.TryGetValue(record.Topic, out var replica))
                continue;
            var result = replica.Apply(record);
            if (result.Status == DecodeStatus.Rejected)
                rejected.Add($"{record.Line} {record.Topic} {result.Reason}");
        }
        // Columns of this table came and went from one record to the next.
        Assert.Equal(
            [
                "411 saas.public.burst UnknownColumn", "412 saas.public.burst UnknownColumn",
                "413 saas.public.burst UnknownColumn", "416 saas.public.burst UnknownColumn",
            ],
            rejected);
    }

    static void Replay(string database, string[] files, string[] exceptions)
    {
        var records = files.SelectMany(Captures.Records).ToList();
        var prefix = records.First(static record => record.Topic.Contains('.')).Topic.Split('.')[0];
        var tables = Captures.Tables(database, prefix, WireFormat.DebeziumDefault);
        var replicas = tables.ToDictionary(static entry => entry.Key, static entry => new Replica(entry.Value.Schema));
        var rejected = new List<string>();
        foreach (var record in records)
        {
            if (!replicas.TryGetValue(record.Topic, out var replica))
                continue;
            var result = replica.Apply(record);
            if (result.Status == DecodeStatus.Rejected)
                rejected.Add($"{record}: {result.Reason} {result.Detail}");
        }
        Assert.Equal(exceptions, rejected);
        var differences = tables.SelectMany(entry => Differences(entry.Value, replicas[entry.Key])).ToList();
        Assert.True(differences.Count == 0, string.Join('\n', differences.Take(20)));
    }

    static IEnumerable<string> Differences(CapturedTable table, Replica replica)
    {
        if (table.Rows.Length != replica.Rows.Count)
            yield return $"{table.Schema.Table}: {table.Rows.Length} rows in the database, {replica.Rows.Count} here";
        foreach (var row in table.Rows)
        {
            var key = string.Join('|', table.Schema.KeyColumns.Select(column => row[column.Name]));
            if (!replica.Rows.TryGetValue(key, out var decoded))
            {
                yield return $"{table.Schema.Table} {key} is missing";
                continue;
            }
            for (var ordinal = 0; ordinal < table.Schema.Columns.Length; ordinal++)
            {
                var column = table.Schema.Columns[ordinal];
                if (column.SourceType.EndsWith("[]", StringComparison.Ordinal) ||
                    OtherSpelling.Any(name => column.Type == ColumnType.String &&
                        column.SourceType.StartsWith(name, StringComparison.Ordinal)))
                    continue;
                var wanted = CellText.Normal(column, row[column.Name]);
                // ADD COLUMN … DEFAULT sends no event for the rows that the table had.
                if (decoded[ordinal] is null && (column.Name, wanted) == ("region", "eu"))
                    continue;
                if (wanted != decoded[ordinal])
                    yield return $"{table.Schema.Table} {key} {column}: {wanted} wanted, {decoded[ordinal]} found";
            }
        }
    }

    /// <summary>A table rebuilt from its events: skips what was sent twice, keeps what an event does not
    /// carry.</summary>
    sealed class Replica(TableSchema schema)
    {
        readonly JsonChangeDecoder _decoder = new(schema);
        readonly ChangeRows _changes = new(schema);
        readonly Dictionary<string, SourcePosition> _positions = [];
        readonly Dictionary<string, string?[]> _moved = [];

        public Dictionary<string, string?[]> Rows { get; } = [];

        public DecodeResult Apply(CapturedRecord record)
        {
            _changes.Clear();
            _changes.Hints = new EventHints(
                record.Headers.Any(static header => header.Name == "__debezium.oldkey"), null);
            var result = _decoder.Decode(record.Key, record.Key is null, record.Value, record.Value is null, _changes);
            if (result.Status == DecodeStatus.Truncate)
                Rows.Clear();
            if (result.Status != DecodeStatus.Row)
                return result;
            var meta = _changes.Metas[0];
            var cells = schema.Columns
                .Select((column, ordinal) => CellText.Of(column, _changes.Values.Columns[ordinal], 0)).ToArray();
            var key = string.Join('|', schema.KeyColumns.Select(column => cells[schema.IndexOf(column.Name)]));
            if (meta.Snapshot == SnapshotMark.None && _positions.TryGetValue(key, out var last) &&
                meta.Position.CompareTo(last) <= 0)
                return result;
            _positions[key] = meta.Position;
            var group = string.Create(CultureInfo.InvariantCulture, $"{meta.Position}");
            if (meta.Kind == ChangeKind.Delete)
            {
                if (Rows.Remove(key, out var gone))
                    _moved[group] = gone;
                return result;
            }
            var former = Rows.GetValueOrDefault(key) ?? _moved.GetValueOrDefault(group);
            foreach (var cell in _changes.Unavailable)
                cells[cell.Column] = former?[cell.Column];
            Rows[key] = cells;
            return result;
        }
    }
}
