using System.Text;

namespace Tapline.Streaming.Decoding.Scanning;

/// <summary>The names of an object's fields in the order that they are expected in. Any other order is found too, it
/// only takes longer.</summary>
sealed class FieldOrder
{
    readonly byte[][] _literals;
    readonly NameTable _names;

    public FieldOrder(IReadOnlyList<string> names)
    {
        _names = new NameTable(names);
        // A name that JSON has to escape never looks like its literal; it is found by the plain decoder.
        _literals = [.. names.Select(static name => Encoding.UTF8.GetBytes($"\"{name}\":"))];
    }

    public int Count => _literals.Length;

    /// <summary>The name as it stands in compact JSON, with quotes and colon.</summary>
    public ReadOnlySpan<byte> Literal(int index) => _literals[index];

    /// <summary>The number of a name; -1 when it is none of these.</summary>
    public int IndexOf(ReadOnlySpan<byte> name) => _names.IndexOf(name);
}
