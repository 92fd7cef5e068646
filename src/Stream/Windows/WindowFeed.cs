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

    readonly int[] _key;
    readonly (int Column, string Value)[] _where;
    readonly int[] _fields;
    readonly WindowArgument[] _arguments;
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
        _key = [.. window.Key.Select(name => Find(name, "a key", ColumnReading.IsKey))];
        _where = [.. window.Where.Select(pair => (Find(pair.Key, "a condition", ColumnReading.IsKey), pair.Value))];
        _fields = [.. window.Definition.Aggregates.Select(aggregate => aggregate switch
        {
            { Field: null } => -1,
            { Kind: AggregateKind.Count or AggregateKind.Distinct } =>
                Find(aggregate.Field, "a value", static _ => true),
            _ => Find(aggregate.Field, $"the {aggregate.Kind} of numbers", ColumnReading.IsNumber),
        })];
        _arguments = new WindowArgument[_fields.Length];

        int Find(string name, string purpose, Func<ColumnType, bool> serves)
        {
            for (var i = 0; i < columns.Length; i++)
            {
                if (columns[i].Name != name)
                    continue;
                return serves(columns[i].Type) ? i : throw new TaplineException(
                    $"window {window.Definition.Name} cannot take column {name} of stream {window.Stream} as "
                    + $"{purpose}: it is {columns[i].Type}");
            }
            throw new TaplineException(
                $"window {window.Definition.Name} needs column {name}, which stream {window.Stream} does not have",
                $"declare {name} under streams: {window.Stream} in sources.yaml, with its type");
        }
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
