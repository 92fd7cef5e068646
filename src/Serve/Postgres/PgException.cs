using Tapline.Serving.Sql.Guard;

namespace Tapline.Serving.Postgres;

/// <summary>An error as PostgreSQL's clients expect it.</summary>
sealed class PgException(string state, string message, string? hint = null) : Exception(message)
{
    /// <summary>The SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html.</summary>
    public string State { get; } = state;

    /// <summary>What the caller can do; null when there is nothing.</summary>
    public string? Hint { get; } = hint;

    /// <summary>What became of a statement.</summary>
    public static PgException Of(SqlRefusedException refused) => new(
        refused.Fault switch
        {
            SqlFault.Syntax => "42601",
            SqlFault.NotReadOnly => "25006",
            SqlFault.NotAllowed => "42501",
            SqlFault.UnknownTable => "42P01",
            SqlFault.Invalid => "42703",
            SqlFault.Data => "22000",
            SqlFault.TimeLimit or SqlFault.Cancelled => "57014",
            SqlFault.MemoryLimit => "53200",
            SqlFault.Busy => "53300",
            SqlFault.NoSuchCut => "58P01",
            _ => "XX000",
        },
        refused.Message,
        refused.Hint);
}
