using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Tapline.Lakehouse.Delta.Files;

/// <summary>The folder that files of a partition lie in: <c>column=value/</c> for each partition column. A convention
/// for people; readers take the values from the log.</summary>
static class PartitionFolder
{
    const int SegmentBytesMax = 200;
    const string Null = "__HIVE_DEFAULT_PARTITION__";

    static readonly SearchValues<char> Escaped = SearchValues.Create("\"#%'*/:=?\\{[]^\u007F");

    /// <summary>The folder with a closing slash; empty for tables without partitions, and where a value is too long for
    /// the name of a folder.</summary>
    public static string Of(ImmutableArray<string> columns, IReadOnlyDictionary<string, string?> values)
    {
        var folder = new StringBuilder();
        foreach (var column in columns)
        {
            var segment = $"{Escape(column)}={(values[column] is { } value ? Escape(value) : Null)}";
            if (Encoding.UTF8.GetByteCount(segment) > SegmentBytesMax)
                return "";
            folder.Append(segment).Append('/');
        }
        return folder.ToString();
    }

    static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            if (letter < ' ' || Escaped.Contains(letter))
                escaped.Append(CultureInfo.InvariantCulture, $"%{(int)letter:X2}");
            else
                escaped.Append(letter);
        }
        return escaped.ToString();
    }
}
