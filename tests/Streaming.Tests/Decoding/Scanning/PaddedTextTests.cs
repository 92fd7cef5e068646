using System.Globalization;
using System.Text;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Decoding.Scanning;
using Tapline.Streaming.Decoding.Values;

namespace Tapline.Streaming.Tests.Decoding.Scanning;

/// <summary>What the scanners read in words of eight characters, against the library or the plain decoder that reads
/// it character by character.</summary>
public sealed class PaddedTextTests
{
    const int Rounds = 200_000;
    const int Seed = 20261121;

    readonly Random _random = new(Seed);

    [Fact]
    public void An_integer_is_the_one_that_the_library_reads()
    {
        var taken = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var text = Sign() + Digits(1, 21);
            var length = NumberScanner.Integer(in Padded(text + After()), out var value);
            if (length == 0)
            {
                Assert.True(text.TrimStart('-').Length > 18 || text.TrimStart('-') is ['0', _, ..], text);
                continue;
            }
            Assert.Equal(text.Length, length);
            Assert.Equal(long.Parse(text, CultureInfo.InvariantCulture), value);
            taken++;
        }
        Assert.True(taken > Rounds / 2);
    }

    [Fact]
    public void A_double_is_the_one_that_the_library_reads_to_the_last_bit()
    {
        var taken = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var text = Sign() + Digits(1, 12) + (_random.Next(8) == 0 ? "" : "." + Digits(1, 12));
            var length = NumberScanner.Double(in Padded(text + After()), out var value);
            if (length == 0)
            {
                Assert.True(text.Length > 15 || text.TrimStart('-') is ['0', >= '0' and <= '9', ..], text);
                continue;
            }
            Assert.Equal(text.Length, length);
            var expected = double.Parse(text, CultureInfo.InvariantCulture);
            Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(value));
            taken++;
        }
        Assert.True(taken > Rounds / 4);
    }

    [Fact]
    public void Numbers_with_an_exponent_or_half_of_a_fraction_are_left_alone()
    {
        foreach (var text in (string[])["1e5,", "1.5E-3,", "1.,", ".5,", "-,", "-.5,", "007.5,", "x"])
            Assert.Equal(0, NumberScanner.Double(in Padded(text), out _));
    }

    [Fact]
    public void A_timestamp_is_the_one_that_the_plain_decoder_reads()
    {
        var taken = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var text = Near($"{_random.Next(10_000):D4}-{_random.Next(14):D2}-{_random.Next(33):D2}" +
                $"T{_random.Next(25):D2}:{_random.Next(61):D2}:{_random.Next(61):D2}" +
                (_random.Next(4) == 0 ? "" : "." + Digits(1, 8)) + "Z");
            var length = TimeScanner.Timestamp(in Padded(text + "\""), out var microseconds);
            if (length != text.Length)
                continue;
            Assert.Equal(
                RejectReason.None,
                TimeText.ReadTimestamp(Encoding.UTF8.GetBytes(text), offsetWanted: true, out var expected));
            Assert.Equal(expected, microseconds);
            taken++;
        }
        Assert.True(taken > Rounds / 4);
    }

    [Fact]
    public void Every_day_of_four_digit_years_is_the_one_that_the_plain_decoder_reads()
    {
        for (var year = 0; year < 10_000; year += _random.Next(1, 12))
        {
            for (var month = 0; month <= 13; month++)
            {
                for (var day = 26; day <= 33; day++)
                {
                    var text = $"{year:D4}-{month:D2}-{day:D2}";
                    var read = TimeText.ReadDate(
                        Encoding.UTF8.GetBytes(text), EventWriter.Debezium, out var expected) == RejectReason.None;
                    Assert.Equal(read ? text.Length : 0, TimeScanner.Date(in Padded(text + "\""), out var days));
                    Assert.Equal(expected, days);
                }
            }
        }
    }

    string Sign() => _random.Next(3) == 0 ? "-" : "";

    string Digits(int lengthMin, int lengthMax) => string.Concat(
        Enumerable.Range(0, _random.Next(lengthMin, lengthMax + 1)).Select(_ => (char)('0' + _random.Next(10))));

    string After() => ((string[])[",", "}", "\"", " ", "/", ":", "\u00e4"])[_random.Next(7)];

    /// <summary>Now and then with one character replaced by a neighbour of the digits.</summary>
    string Near(string text)
    {
        if (_random.Next(3) > 0)
            return text;
        var at = _random.Next(text.Length);
        return string.Concat(text.AsSpan(0, at), [("/:-.TZ0"[_random.Next(7)])], text.AsSpan(at + 1));
    }

    static ref readonly byte Padded(string text)
    {
        var padded = new byte[Encoding.UTF8.GetByteCount(text) + EventBytes.Padding];
        Encoding.UTF8.GetBytes(text, padded);
        return ref padded[0];
    }
}
