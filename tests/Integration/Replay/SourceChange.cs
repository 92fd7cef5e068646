using System.Text.Json;

namespace Tapline.Integration.Tests.Replay;

/// <summary>What tells one change of a capture from another.</summary>
readonly record struct SourceChange(string Position, string Kind)
{
    /// <summary>Reads an envelope; false for anything that is not a row's change.</summary>
    public static bool TryRead(byte[] value, out SourceChange change)
    {
        using var envelope = JsonDocument.Parse(value);
        var root = envelope.RootElement;
        change = default;
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("op", out var kind)
            || !root.GetProperty("source").TryGetProperty("sequence", out var sequence))
            return false;
        change = new SourceChange(sequence.GetString()!, kind.GetString()!);
        return true;
    }
}
