using Npgsql;

namespace Tapline.Ingest.Postgres;

/// <summary>The settings that every session of a source needs, so that values come out as text in one known
/// style.</summary>
static class SourceSession
{
    const string Style =
        "-c timezone=UTC -c datestyle=ISO -c intervalstyle=postgres -c bytea_output=hex -c extra_float_digits=3 "
        + "-c lc_monetary=C -c statement_timeout=0 -c idle_in_transaction_session_timeout=0";

    /// <summary>The connection string with the session's style put into its options.</summary>
    public static string ConnectionString(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        builder.Options = string.IsNullOrEmpty(builder.Options) ? Style : $"{builder.Options} {Style}";
        builder.ApplicationName ??= "tapline";
        builder.CommandTimeout = 0;
        return builder.ConnectionString;
    }

    /// <summary>As the other, for the connection that streams. A cancelled read ends at once: the server's answer to a
    /// request to cancel can fail to come while it waits for log.</summary>
    public static string ReplicationString(string connectionString) =>
        new NpgsqlConnectionStringBuilder(ConnectionString(connectionString))
        {
            CancellationTimeout = -1,
        }.ConnectionString;

    /// <summary>Quotes an identifier for SQL.</summary>
    public static string Quote(string identifier) =>
        $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
