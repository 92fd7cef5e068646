using System.Collections.Frozen;

namespace Tapline.Serving.Postgres;

/// <summary>Statements about the session rather than the lake. Transactions change nothing: each statement sees the
/// newest cut.</summary>
sealed class PgCommands
{
    static readonly FrozenDictionary<string, string> Defaults = new Dictionary<string, string>
    {
        ["server_version"] = "15.0",
        ["server_version_num"] = "150000",
        ["server_encoding"] = "UTF8",
        ["client_encoding"] = "UTF8",
        ["datestyle"] = "ISO, MDY",
        ["intervalstyle"] = "postgres",
        ["timezone"] = "UTC",
        ["integer_datetimes"] = "on",
        ["standard_conforming_strings"] = "on",
        ["transaction_isolation"] = "read committed",
        ["transaction_read_only"] = "on",
        ["default_transaction_read_only"] = "on",
        ["is_superuser"] = "off",
        ["max_identifier_length"] = "63",
        ["application_name"] = "",
        ["extra_float_digits"] = "1",
        ["statement_timeout"] = "0",
        ["lc_collate"] = "C",
        ["row_security"] = "off",
    }.ToFrozenDictionary();

    readonly Dictionary<string, string> _settings = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>I for no transaction, T for one, E for one that has failed.</summary>
    public char State { get; private set; } = 'I';

    /// <summary>Notes that a statement has failed.</summary>
    public void Fail() => State = State == 'T' ? 'E' : State;

    /// <summary>The answer to a statement of the session; null for one that the lake answers.</summary>
    public PgAnswer? Answer(string sql)
    {
        var words = PgDialect.Words(sql, 8);
        var first = words.FirstOrDefault() ?? "";
        if (State == 'E' && first is not ("rollback" or "abort" or "commit" or "end"))
            throw new PgException("25P02", "the transaction has failed: it takes nothing before its ROLLBACK");
        switch (first)
        {
            case "begin" or "start":
                State = 'T';
                return new PgAnswer("BEGIN");
            case "commit" or "end":
                var failed = State == 'E';
                State = 'I';
                return new PgAnswer(failed ? "ROLLBACK" : "COMMIT");
            case "rollback" or "abort":
                if (words.Count < 2 || words[1] != "to")
                    State = 'I';
                return new PgAnswer("ROLLBACK");
            case "savepoint" or "release":
                return new PgAnswer(first.ToUpperInvariant());
            case "set":
                return Set(words, sql);
            case "reset":
                return new PgAnswer("RESET");
            case "discard":
                _settings.Clear();
                return new PgAnswer("DISCARD ALL");
            case "deallocate":
                return new PgAnswer("DEALLOCATE") { Forgets = words.Count > 1 ? words[^1].Trim('"') : "all" };
            case "close" or "listen" or "unlisten" or "notify" or "lock":
                return new PgAnswer(first.ToUpperInvariant());
            case "show":
                return Show(words);
            default:
                return null;
        }
    }

    PgAnswer Set(List<string> words, string sql)
    {
        var at = words.Count > 1 && words[1] is "session" or "local" ? 2 : 1;
        if (words.Count > at + 1 && words[at + 1] is "=" or "to")
        {
            var sign = sql.IndexOf('=', StringComparison.Ordinal);
            var to = sql.IndexOf(" to ", StringComparison.OrdinalIgnoreCase);
            var value = sign >= 0 ? sql[(sign + 1)..] : to >= 0 ? sql[(to + 4)..] : "";
            // As many as there are settings to speak of: nobody fills memory by them.
            if (_settings.Count < 100 && value.Length < 1_000)
                _settings[words[at]] = value.Trim().Trim('\'');
        }
        return new PgAnswer("SET");
    }

    PgAnswer? Show(List<string> words)
    {
        var name = string.Join('_', words.Skip(1)).Replace("time_zone", "timezone", StringComparison.Ordinal)
            .Replace("transaction_isolation_level", "transaction_isolation", StringComparison.Ordinal);
        return _settings.TryGetValue(name, out var value) || Defaults.TryGetValue(name, out value)
            ? new PgAnswer("SHOW") { Column = name, Value = value }
            : null;
    }
}

/// <summary>The answer to a statement of the session.</summary>
/// <param name="Tag">What it says at the end.</param>
sealed record PgAnswer(string Tag)
{
    /// <summary>The one column; null for no rows.</summary>
    public string? Column { get; init; }

    /// <summary>The one value.</summary>
    public string Value { get; init; } = "";

    /// <summary>The prepared statement that it forgets, or <c>all</c>.</summary>
    public string? Forgets { get; init; }
}
