using System.Buffers.Text;
using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Types;

// PostgreSQL in the ISO date style writes 2026-05-04, 10000-01-01 and 0044-03-15 BC. ISO 8601 wants a sign on years of
// more than four digits and counts a year 0, so that 44 BC is -0043.
static class IsoDate
{
    static ReadOnlySpan<byte> BeforeChrist => " BC"u8;

    /// <summary>Takes the BC mark off the end of a text.</summary>
    public static bool TakeEra(ref ReadOnlySpan<byte> text)
    {
        if (!text.EndsWith(BeforeChrist))
            return false;
        text = text[..^BeforeChrist.Length];
        return true;
    }

    /// <summary>Appends a date <c>yyyy-mm-dd</c> with the year as ISO 8601 spells it.</summary>
    public static void Append(ReadOnlySpan<byte> date, bool beforeChrist, JsonBuffer output)
    {
        var yearLength = date.IndexOf((byte)'-');
        if (yearLength < 4)
            throw new MalformedValueException("a date", "yyyy-mm-dd", date.Length);
        if (!beforeChrist)
        {
            if (yearLength > 4)
                output.Append((byte)'+');
            output.Append(date);
            return;
        }
        if (!Utf8Parser.TryParse(date[..yearLength], out int year, out _))
            throw new MalformedValueException("a date", "yyyy-mm-dd", date.Length);
        if (year > 1)
            output.Append((byte)'-');
        const int yearDigits = 4;
        var digits = output.Reserve(12);
        (year - 1).TryFormat(digits, out var written, "D4", null);
        output.Advance(Math.Max(written, yearDigits));
        output.Append(date[yearLength..]);
    }
}
