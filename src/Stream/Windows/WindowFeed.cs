using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tapline.Contracts;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Windows;

/// <summary>Gives the rows of a stream to the windows that are kept over it.</summary>
sealed class WindowFeed
{
    static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly WindowArgument[] _arguments;
    int[] _key = [];
    (int Column, string Value)[] _where = [];
    int[] _fields = [];
    readonly ArrayBufferWriter<byte> _text = new(128);
    readonly Utf8JsonWriter _json;
    long? _toldAt;

    /// <summary>A feed from rows of some columns. Throws <see cref="TaplineException"/> when the window needs others,
    /// or others of their types.</summary>
    public WindowFeed(StreamWindow window, ImmutableArray<ColumnSchema> columns)
    {
        Window = window;
        Windows = WindowOperator.Of(window.Definition);
        _json = new Utf8JsonWriter(_text, Plain);
        _arguments = new WindowArgument[window.Definition.Aggregates.Length];
        Follow(columns);
    }

    /// <summary>Rows have other columns from now on. Throws <see cref="TaplineException"/> when the window needs
    /// others, or others of their types.</summary>
    public void Follow(ImmutableArray<ColumnSchema> columns)
    {
        _key = [.. Window.Key.Select(name => Find(columns, name, "a key", ColumnReading.IsKey))];
        _where = [.. Window.Where.Select(pair =>
            (Find(columns, pair.Key, "a condition", ColumnReading.IsKey), pair.Value))];
        _fields = [.. Window.Definition.Aggregates.Select(aggregate => aggregate switch
        {
            { Field: null } => -1,
            { Kind: AggregateKind.Count or AggregateKind.Distinct } =>
                Find(columns, aggregate.Field, "a value", static _ => true),
            _ => Find(columns, aggregate.Field, $"the {aggregate.Kind} of numbers", ColumnReading.IsNumber),
        })];
    }

    /// <summary>The place of the column that says when a row happened.</summary>
    public int FindTime(ImmutableArray<ColumnSchema> columns) =>
        Find(columns, TimeName(Window), "a time", static type => type == ColumnType.Timestamp);

    /// <summary>The name of the column that says when a row happened.</summary>
    public static string TimeName(StreamWindow window) =>
        window.Time ?? (window.Table is null ? "ts" : "_source_ts");

    /// <summary>The columns that a window needs.</summary>
    public static IEnumerable<string> Needs(StreamWindow window) => window.Key
        .Concat(window.Where.Keys)
        .Concat(window.Definition.Aggregates.Select(static aggregate => aggregate.Field).OfType<string>())
        .Append(TimeName(window));

    int Find(ImmutableArray<ColumnSchema> columns, string name, string purpose, Func<ColumnType, bool> serves)
    {
        var source = Window.Table is null ? $"stream {Window.Stream}" : $"table {Window.Stream}";
        for (var i = 0; i < columns.Length; i++)
        {
            if (columns[i].Name != name)
                continue;
            return serves(columns[i].Type) ? i : throw new TaplineException(
                $"window {Window.Definition.Name} cannot take column {name} of {source} as "
                + $"{purpose}: it is {columns[i].Type}");
        }
        throw new TaplineException(
            $"window {Window.Definition.Name} needs column {name}, which {source} does not have",
            Window.Table is null
                ? $"declare {name} under streams: {Window.Stream} in sources.yaml, with its type"
                : "name one of the table's columns");
    }

    /// <summary>What is kept.</summary>
    public StreamWindow Window { get; }

    /// <summary>The windows.</summary>
    public WindowOperator Windows { get; }

    /// <summary>Rows that came later than their windows wait, or would have begun a window too many.</summary>
    public long LeftOutCount { get; private set; }

    /// <summary>Whether its topic is known to be there.</summary>
    public bool HasTopic { get; set; }

    /// <summary>Whether it is time to tell of windows that go on.</summary>
    public bool IsEarlyDue(TimeProvider time)
    {
        if (Window.Early is not { } early || (_toldAt is { } told && time.GetElapsedTime(told) < early))
            return false;
        _toldAt = time.GetTimestamp();
        return true;
    }

    /// <summary>Gives a row.</summary>
    public void Add(ColumnBatch rows, int row, long atUs)
    {
        foreach (var (column, value) in _where)
        {
            if (ColumnReading.Text(rows.Columns[column], row) != value)
                return;
        }
        for (var i = 0; i < _fields.Length; i++)
            _arguments[i] = Argument(i, rows, row);
        if (Windows.Add(KeyOf(rows, row), atUs, _arguments) != WindowOutcome.Taken)
            LeftOutCount++;
    }

    WindowArgument Argument(int index, ColumnBatch rows, int row)
    {
        if (_fields[index] < 0 || rows.Columns[_fields[index]] is var column && column.IsNull(row))
            return default;
        column = rows.Columns[_fields[index]];
        return Window.Definition.Aggregates[index].Kind switch
        {
            AggregateKind.Count => new WindowArgument(true, 0),
            AggregateKind.Distinct => new WindowArgument(true, 0, ColumnReading.Text(column, row)),
            _ => ColumnReading.Number(column, row) is { } number ? new WindowArgument(true, number) : default,
        };
    }

    // As it stands in results: an object of the key's columns.
    string KeyOf(ColumnBatch rows, int row)
    {
        _text.ResetWrittenCount();
        _json.Reset();
        _json.WriteStartObject();
        for (var i = 0; i < _key.Length; i++)
        {
            _json.WritePropertyName(Window.Key[i]);
            ColumnReading.Write(_json, rows.Columns[_key[i]], row);
        }
        _json.WriteEndObject();
        _json.Flush();
        return Encoding.UTF8.GetString(_text.WrittenSpan);
    }
}
