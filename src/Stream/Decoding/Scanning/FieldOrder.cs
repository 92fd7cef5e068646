using System.Runtime.Intrinsics;
using System.Text;

namespace Tapline.Streaming.Decoding.Scanning;

/// <summary>The names of an object's fields and, after each field, the one that came next last time. Any other order is
/// found too, it only takes longer. Not thread-safe.</summary>
sealed class FieldOrder
{
    readonly NameTable _names;
    readonly Literal[] _literals;
    readonly int[] _next;

    public FieldOrder(IReadOnlyList<string> names)
    {
        _names = new NameTable(names);
        Count = names.Count;
        _literals = [.. names.Select(Literal.Of), Literal.Never, Literal.Never];
        _next = [.. Enumerable.Range(1, names.Count), 0, Other];
    }

    public int Count { get; }

    /// <summary>What stands for the field before the first one.</summary>
    public int Start => Count;

    /// <summary>The number of every name that is none of these.</summary>
    public int Other => Count + 1;

    /// <summary>The field that is expected after another one.</summary>
    public int Next(int previous) => _next[previous];

    /// <summary>A field as it stands in compact JSON; one that never matches for <see cref="Start"/> and
    /// <see cref="Other"/>.</summary>
    public ref readonly Literal this[int index] => ref _literals[index];

    /// <summary>Looks a name up and expects it from now on after the field that it came after.</summary>
    public int Find(ReadOnlySpan<byte> name, int previous)
    {
        var index = _names.IndexOf(name);
        if (index < 0)
            return Other;
        _next[previous] = index;
        return index;
    }

    /// <summary><c>,"name":</c> in a form that is compared at one stroke.</summary>
    /// <param name="Bytes">The spelling.</param>
    /// <param name="Mask">A bit for each of its bytes.</param>
    /// <param name="Length">How long it is.</param>
    public readonly record struct Literal(Vector256<byte> Bytes, uint Mask, int Length)
    {
        /// <summary>0xFF is no part of any UTF-8 text.</summary>
        public static Literal Never { get; } = new(Vector256.Create((byte)0xFF), uint.MaxValue, 32);

        /// <summary>The literal of a name. One that is too long for a vector, or that JSON has to escape, is always
        /// looked up.</summary>
        public static Literal Of(string name)
        {
            var spelling = Encoding.UTF8.GetBytes($",\"{name}\":");
            if (spelling.Length > Vector256<byte>.Count || name.AsSpan().ContainsAnyInRange('\0', '\x1F') ||
                name.AsSpan().ContainsAny('"', '\\'))
                return Never;
            Span<byte> bytes = stackalloc byte[Vector256<byte>.Count];
            bytes.Clear();
            spelling.CopyTo(bytes);
            return new Literal(Vector256.Create<byte>(bytes), uint.MaxValue >> (32 - spelling.Length), spelling.Length);
        }
    }
}
