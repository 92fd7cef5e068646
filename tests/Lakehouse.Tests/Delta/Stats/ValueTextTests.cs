using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Tapline.Lakehouse.Delta.Stats;

namespace Tapline.Lakehouse.Tests.Delta.Stats;

public sealed class ValueTextTests
{
    [Theory]
    [InlineData(0, 2, "0.00")]
    [InlineData(5, 2, "0.05")]
    [InlineData(-5, 2, "-0.05")]
    [InlineData(1999, 2, "19.99")]
    [InlineData(-1999, 0, "-1999")]
    [InlineData(1, 5, "0.00001")]
    public void A_decimal_has_all_digits_of_its_scale(long unscaled, int scale, string text) =>
        Assert.Equal(text, ValueText.Decimal(unscaled, scale));

    [Fact]
    public void The_longest_decimal_is_exact() => Assert.Equal(
        "-999999999999999999999999999999999999.99",
        ValueText.Decimal(-Int128.Parse(new string('9', 38), CultureInfo.InvariantCulture), 2));

    [Theory]
    [InlineData(0, "1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z")]
    [InlineData(1, "1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.001Z")]
    [InlineData(-1, "1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00.000Z")]
    [InlineData(-1_000, "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z")]
    [InlineData(253_402_300_799_999_999, "9999-12-31T23:59:59.999Z", null)]
    [InlineData(-62_135_596_800_000_000, "0001-01-01T00:00:00.000Z", "0001-01-01T00:00:00.000Z")]
    [InlineData(long.MaxValue, null, null)]
    [InlineData(long.MinValue, null, null)]
    public void Times_are_rounded_outwards_to_milliseconds(long microseconds, string? floor, string? ceiling)
    {
        Assert.Equal(floor, ValueText.TimestampFloor(microseconds));
        Assert.Equal(ceiling, ValueText.TimestampCeiling(microseconds));
    }

    [Theory]
    [InlineData(0, "1970-01-01")]
    [InlineData(-719_162, "0001-01-01")]
    [InlineData(2_932_896, "9999-12-31")]
    [InlineData(-719_163, null)]
    [InlineData(2_932_897, null)]
    public void Dates_outside_the_calendar_have_no_text(long days, string? text) =>
        Assert.Equal(text, ValueText.Date(days));

    [Fact]
    public void A_partition_value_keeps_microseconds() =>
        Assert.Equal("1970-01-01T00:00:01.000001Z", ValueText.Timestamp(1_000_001));

    [Fact]
    public void A_floating_point_number_reads_back_as_itself()
    {
        Assert.Equal("-0.0", ValueText.Double(-0.0));
        Assert.Equal("46.566", ValueText.Single(46.566f));
        Prop.ForAll<double>(value => !double.IsFinite(value)
            || BitConverter.DoubleToInt64Bits(double.Parse(ValueText.Double(value), CultureInfo.InvariantCulture))
                == BitConverter.DoubleToInt64Bits(value)).QuickCheckThrowOnFailure();
    }
}
