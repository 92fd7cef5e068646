using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Tapline.Cli.Simulation.Taps;

/// <summary>Writes the taps' messages. Not thread-safe: one for a fleet.</summary>
sealed class TapPayload
{
    const string TimeFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";

    readonly ArrayBufferWriter<byte> _bytes = new(512);
    readonly Utf8JsonWriter _json;

    public TapPayload() => _json = new Utf8JsonWriter(_bytes);

    /// <summary>Begins a message with what all of them have; its own fields follow.</summary>
    public Utf8JsonWriter Begin(in TapStamp stamp)
    {
        _bytes.ResetWrittenCount();
        _json.Reset(_bytes);
        _json.WriteStartObject();
        _json.WriteNumber("v"u8, 1);
        _json.WriteString("eid"u8, stamp.Event);
        _json.WriteString("boot_id"u8, stamp.Boot);
        _json.WriteString("conn_id"u8, stamp.Connection);
        _json.WriteNumber("seq"u8, stamp.Sequence);
        Span<char> time = stackalloc char[32];
        DateTimeOffset.FromUnixTimeMilliseconds(stamp.ClockMs).UtcDateTime
            .TryFormat(time, out var length, TimeFormat, CultureInfo.InvariantCulture);
        _json.WriteString("ts"u8, time[..length]);
        return _json;
    }

    /// <summary>Ends the message.</summary>
    public byte[] End()
    {
        _json.WriteEndObject();
        _json.Flush();
        return _bytes.WrittenSpan.ToArray();
    }

    /// <summary>The last will of a connection, which is fixed when it begins.</summary>
    public byte[] Will(Guid boot, Guid connection)
    {
        _bytes.ResetWrittenCount();
        _json.Reset(_bytes);
        _json.WriteStartObject();
        _json.WriteNumber("v"u8, 1);
        _json.WriteString("state"u8, "offline"u8);
        _json.WriteString("reason"u8, "lwt"u8);
        _json.WriteString("boot_id"u8, boot);
        _json.WriteString("conn_id"u8, connection);
        _json.WriteNull("seq"u8);
        _json.WriteNull("ts"u8);
        return End();
    }
}

/// <summary>What every message of a tap says of itself.</summary>
/// <param name="Event">Its identifier.</param>
/// <param name="Boot">The boot that it belongs to.</param>
/// <param name="Connection">The connection that was the last one when it was made.</param>
/// <param name="Sequence">Its number in the boot.</param>
/// <param name="ClockMs">What the tap's clock said.</param>
readonly record struct TapStamp(Guid Event, Guid Boot, Guid Connection, long Sequence, long ClockMs);
