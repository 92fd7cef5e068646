namespace Tapline.Integration.Tests.Replay.Options;

/// <summary>What no events of the capture say under some settings.</summary>
static class ExpectedDifferences
{
    const string Keyless =
        """
        public.audit_log                  | *           | a row without key does not say which one it replaces

        """;

    const string Truncates =
        """
        public.session_items              | 1 2 3       | truncates are dropped

        """;

    const string Doubles =
        """
        types.t_num                       | 3 103       | rounded to more digits than numeric(18,6) has: in quarantine

        """;

    const string CutAnyway = "types.t_arr.a_time";

    /// <summary>Each place, its keys, the reason. What <see cref="ModeLosses"/> explains is not among them.</summary>
    public static string Of(ConnectorOptions options)
    {
        var all = CaptureCases.NullAsDefault
            + Without(CaptureCases.Types, options.Times == "connect" ? CutAnyway : "-")
            + (options is { HasValueSchemas: false, Decimals: "precise" } ? CaptureCases.Domains : "")
            + (options.Decimals == "double" ? Doubles : "");
        return options switch
        {
            { Shape: RecordShape.Envelope } => all,
            // All that is there too much is from deletes, the old state of a row without key and truncates.
            { Shape: RecordShape.Drop, Added: AddedTo.Nothing } => all,
            { Shape: RecordShape.Drop } => all + Keyless,
            _ => all + Keyless + Truncates,
        };
    }

    /// <summary>What waits in quarantine.</summary>
    public static IEnumerable<string> Quarantined(ConnectorOptions options)
    {
        if (options.Shape == RecordShape.Tombstone)
            yield return "public.audit_log missing_row 2";
        if (options.IsFlattened && options.Added != AddedTo.Nothing)
            yield return "public.audit_log no_key 2";
        if (options.Decimals == "double")
            yield return "types.t_num value_out_of_range 2";
    }

    static string Without(string places, string place) => string.Concat(places.Split('\n')
        .Where(line => !line.StartsWith(place, StringComparison.Ordinal)).Select(static line => line + "\n"));
}
