using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Decoding;

namespace Tapline.Streaming.Tests.Decoding;

/// <summary>Events of random tables in random spellings: fields in any order, white space and escapes anywhere, fields
/// left out. Both decoders must find in them the values that were put in.</summary>
public sealed class GeneratedEventTests
{
    [Fact]
    public void What_was_put_in_is_found_however_it_is_spelled() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), static seed => Check(new Random(seed)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    static void Check(Random random)
    {
        var columns = Enumerable.Range(0, random.Next(1, 12)).Select(number => RandomColumn(number, random)).ToArray();
        var pair = new DecoderPair(Events.Schema(WireFormat.Tapline, columns));
        for (var row = 0; row < 3; row++)
            CheckRow(pair, columns, row, random);
    }

    static void CheckRow(DecoderPair pair, (string Name, string Type)[] columns, int row, Random random)
    {
        var spelling = new RandomSpelling(random);
        var cells = columns.Select(column => RandomCell(column.Type, random)).ToArray();
        var key = cells[0] = (random.Next().ToString(CultureInfo.InvariantCulture), null);
        var absent = columns.Select((_, i) => i > 0 && random.Next(6) == 0).ToArray();
        for (var i = 1; i < cells.Length; i++)
        {
            if (random.Next(5) == 0)
                cells[i] = (null, "null");
        }

        var fields = columns.Select((column, i) => (column.Name, Json: cells[i].Json ?? cells[i].Text!))
            .Where((_, i) => !absent[i]).ToList();
        var value = spelling.Object(
        [
            ("before", "null"), ("after", spelling.Object(fields)), ("op", spelling.String("u")),
            ("source", spelling.Object([("lsn", "7"), ("txId", "null"), ("ts_ms", "5"), ("extra", "[1,{\"a\":[]}]")])),
            ("unknown", "{ }"),
        ]);
        var result = pair.Decode(
            Events.Bytes(spelling.Object([(columns[0].Name, key.Text!)])), Events.Bytes(value));

        Assert.True(result.Status == DecodeStatus.Row, $"{result.Reason} {result.Detail}\n{value}");
        Assert.Equal(5000, pair.Rows.LastMeta.SourceTimestampUs);
        for (var i = 0; i < columns.Length; i++)
        {
            var found = CellText.Of(pair.Rows.Schema.Columns[i], pair.Rows.Values.Columns[i], row);
            Assert.Equal(absent[i] ? null : cells[i].Text, found);
            Assert.Equal(absent[i], pair.Rows.Unavailable.Contains(new UnavailableCell(row, i, IsAbsent: true)));
        }
    }

    static (string Name, string Type) RandomColumn(int number, Random random)
    {
        string[] types =
        [
            "text", "integer", "bigint", "boolean", "numeric(12,3)", "numeric(30,10)", "date",
            "timestamp with time zone", "bytea", "double precision",
        ];
        string[] names = ["id", "a b", "Größe", "quo\"te", "back\\slash", "snow☃", "emoji😀", "op", "x.y"];
        return (names[random.Next(names.Length)] + number, number == 0 ? "bigint" : types[random.Next(types.Length)]);
    }

    /// <summary>A value as text and, where that is spelled otherwise, as JSON.</summary>
    static (string? Text, string? Json) RandomCell(string type, Random random)
    {
        var spelling = new RandomSpelling(random);
        switch (type)
        {
            case "text":
                var text = RandomText(random);
                return (text, spelling.String(text));
            case "boolean":
                return (random.Next(2) == 0 ? "true" : "false", null);
            case "integer":
                return (random.Next(int.MinValue, int.MaxValue).ToString(CultureInfo.InvariantCulture), null);
            case "bigint":
                return (random.NextInt64(long.MinValue, long.MaxValue).ToString(CultureInfo.InvariantCulture), null);
            case "numeric(12,3)":
                var small = (random.NextInt64(-999_999_999_999, 1_000_000_000_000) / 1000m)
                    .ToString("F3", CultureInfo.InvariantCulture);
                return (small, spelling.String(small));
            case "numeric(30,10)":
                var large = $"{random.NextInt64(1, 99_999_999_999)}{random.Next(999_999_999):D9}.{random.Next():D10}";
                return (large, spelling.String(large));
            case "date":
                var date = new DateOnly(1, 1, 1).AddDays(random.Next(3_652_058)).ToString("yyyy-MM-dd");
                return (date, spelling.String(date + "Z"));
            case "bytea":
                var bytes = new byte[random.Next(20)];
                random.NextBytes(bytes);
                return (@"\x" + Convert.ToHexStringLower(bytes), spelling.String(Convert.ToBase64String(bytes)));
            case "double precision":
                return (((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-30, 30)))
                    .ToString("R", CultureInfo.InvariantCulture), null);
            default:
                var time = DateTime.UnixEpoch.AddMicroseconds(
                    random.NextInt64(-60_000_000_000_000_000, 200_000_000_000_000_000));
                return (
                    time.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture) + "+00",
                    spelling.String(time.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture)));
        }
    }

    static string RandomText(Random random)
    {
        string[] pieces =
            ["a", "line", " ", "\"", "\\", "\n", "\t", "\0", "/", "ä", "☃", "😀", "{", "]", ",", ":", "\u007f", "é"];
        return string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => pieces[random.Next(pieces.Length)]));
    }

    /// <summary>Spells JSON as nobody does, but anybody may.</summary>
    sealed class RandomSpelling(Random random)
    {
        public string Object(IReadOnlyList<(string Name, string Json)> fields)
        {
            var shuffled = random.Next(2) == 0 ? [.. fields] : fields.ToArray();
            if (random.Next(2) == 0)
                random.Shuffle(shuffled);
            var spaced = random.Next(2) == 0;
            return "{" + Space(spaced) + string.Join(
                Space(spaced) + "," + Space(spaced),
                shuffled.Select(field => String(field.Name) + Space(spaced) + ":" + Space(spaced) + field.Json)) +
                Space(spaced) + "}" + Space(spaced);
        }

        public string String(string text)
        {
            var wild = random.Next(4) == 0;
            var json = new StringBuilder("\"");
            foreach (var unit in text)
            {
                if (unit is '"' or '\\')
                    json.Append('\\').Append(unit);
                else if (unit < ' ' || (wild && random.Next(3) == 0))
                    json.Append(random.Next(2) == 0 ? $"\\u{(int)unit:x4}" : $"\\u{(int)unit:X4}");
                else
                    json.Append(unit);
            }
            return EscapedWhole(json.Append('"').ToString());
        }

        /// <summary>Half of a pair escaped and the other half not is no UTF-16: escapes both.</summary>
        static string EscapedWhole(string json)
        {
            var whole = new StringBuilder();
            foreach (var unit in json)
            {
                if (char.IsSurrogate(unit) && json.Contains("\\u", StringComparison.Ordinal))
                    whole.Append("\\u").Append(((int)unit).ToString("x4", CultureInfo.InvariantCulture));
                else
                    whole.Append(unit);
            }
            return whole.ToString();
        }

        string Space(bool spaced) => spaced ? new string(" \t\r\n"[random.Next(4)], random.Next(3)) : "";
    }
}
