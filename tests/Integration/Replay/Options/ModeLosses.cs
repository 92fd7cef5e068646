using System.Globalization;

namespace Tapline.Integration.Tests.Replay.Options;

/// <summary>What a value loses on its way through a connector's settings, whatever reads its records.</summary>
static class ModeLosses
{
    /// <summary>Why the settings make a value what it is in the lake; null when they do not.</summary>
    public static string? Reason(ConnectorOptions options, Difference difference) => difference switch
    {
        { Column: "", Database: null } when options.Shape == RecordShape.Drop => "deletes are not sent",
        { Database: { } database, Lake: { } lake } when options.Decimals == "double" && AreOneDouble(database, lake) =>
            "a double has 17 digits",
        { Database: { } database, Lake: { } lake } when options.Times == "connect" && AreOneMillisecond(database, lake)
            => "connect cuts times to milliseconds",
        _ => null,
    };

    static bool AreOneDouble(string database, string lake) =>
        double.TryParse(database, NumberStyles.Float, CultureInfo.InvariantCulture, out var wanted)
        && double.TryParse(lake, NumberStyles.Float, CultureInfo.InvariantCulture, out var found)
        && wanted.Equals(found);

    // 13:14:15.123456Z and 13:14:15.123Z, inside an array too; before 1970 the cut goes down.
    static bool AreOneMillisecond(string database, string lake) =>
        Cut(database) is var cut && cut != database && Cut(lake) == lake && cut == lake;

    static string Cut(string text) => System.Text.RegularExpressions.Regex.Replace(
        text, @"(\d\d:\d\d:\d\d)(\.\d{1,3})?\d*", static match =>
            match.Groups[1].Value + match.Groups[2].Value.TrimEnd('0').TrimEnd('.'));
}
