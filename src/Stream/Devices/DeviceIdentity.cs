using System.Buffers;
using System.Text;
using Tapline.Contracts.Columns;

namespace Tapline.Streaming.Devices;

/// <summary>Under which name a message of a device is told from others: its boot, where it has a number, else what its
/// stream tells such messages by.</summary>
sealed class DeviceIdentity(string stream)
{
    /// <summary>The first byte of a boot's name.</summary>
    public const byte Boot = (byte)'b';

    /// <summary>The first byte of a message's own name.</summary>
    public const byte Single = (byte)'m';

    readonly byte[] _stream = Encoding.UTF8.GetBytes(stream + "\n");
    readonly ArrayBufferWriter<byte> _name = new(64);

    /// <summary>The name of a row of the stream, and its number under it; false for a message that is never a repeat.
    /// The name is valid until the next call.</summary>
    public bool TryRead(DeviceLayout layout, ColumnBatch rows, int row, out ReadOnlySpan<byte> name, out long number)
    {
        _name.ResetWrittenCount();
        var (boot, seq, key) = (
            rows.Columns[DeviceLayout.BootId], rows.Columns[DeviceLayout.Seq], rows.Columns[layout.Key]);
        number = 0;
        if (!key.IsNull(row))
        {
            _name.Write([Single]);
            _name.Write(_stream);
            _name.Write(key.Value(row));
        }
        else if (!boot.IsNull(row) && !seq.IsNull(row))
        {
            _name.Write([Boot]);
            _name.Write(boot.Value(row));
            number = seq.Int64s[row];
        }
        name = _name.WrittenSpan;
        return !name.IsEmpty;
    }

    /// <summary>The same in SQL over the columns of the stream's table, as <c>identity</c> and <c>number</c>; null
    /// where there is no name.</summary>
    public static string Sql(string stream) =>
        $"CASE WHEN _key IS NOT NULL THEN 'm{stream}' || chr(10) || _key WHEN seq IS NOT NULL THEN 'b' || boot_id END "
        + "AS identity, CASE WHEN _key IS NULL THEN seq ELSE 0 END AS number";
}
