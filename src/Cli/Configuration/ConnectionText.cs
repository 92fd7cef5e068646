using System.Globalization;
using Npgsql;

namespace Tapline.Cli.Configuration;

/// <summary>Connection strings of PostgreSQL as people write them:
/// <c>postgres://user@host/database?sslmode=require</c>, or Npgsql's <c>Host=…;Database=…</c>.</summary>
static class ConnectionText
{
    const string Wanted = "wanted Host=…;Database=…, or postgres://user@host/database";

    /// <summary>Npgsql's form of either. Throws <see cref="FormatException"/> (without the secret) on anything
    /// else.</summary>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        if (!text.StartsWith("postgres://", StringComparison.Ordinal)
            && !text.StartsWith("postgresql://", StringComparison.Ordinal))
        {
            return ParseKeywords(text);
        }
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Host.Length == 0)
            throw new FormatException("is not an address like postgres://user:password@host:5432/database");
        return FromAddress(address);
    }

    /// <summary>Server, port and database: what may be shown.</summary>
    public static string Masked(string text)
    {
        try
        {
            var parsed = Parse(text);
            return string.Create(CultureInfo.InvariantCulture, $"{parsed.Host}:{parsed.Port}/{parsed.Database}");
        }
        catch (FormatException)
        {
            return "(not a connection string)";
        }
    }

    static NpgsqlConnectionStringBuilder ParseKeywords(string text)
    {
        try
        {
            var parsed = new NpgsqlConnectionStringBuilder(text);
            return parsed.Host is { Length: > 0 }
                ? parsed
                : throw new FormatException($"names no host: {Wanted}");
        }
        catch (ArgumentException)
        {
            throw new FormatException($"is not a connection string: {Wanted}");
        }
    }

    static NpgsqlConnectionStringBuilder FromAddress(Uri address)
    {
        var user = address.UserInfo.Split(':', 2);
        var parsed = new NpgsqlConnectionStringBuilder
        {
            Host = address.Host.Trim('[', ']'),
            Port = address.Port > 0 ? address.Port : 5432,
            Database = Uri.UnescapeDataString(address.AbsolutePath.TrimStart('/')),
            Username = Uri.UnescapeDataString(user[0]),
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
        };
        foreach (var pair in address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            var name = parts[0] is "sslmode" ? "SSL Mode" : Uri.UnescapeDataString(parts[0]);
            var value = parts.Length > 1
                ? Uri.UnescapeDataString(parts[1]).Replace("-", "", StringComparison.Ordinal) : "";
            try
            {
                parsed[name] = value;
            }
            catch (ArgumentException)
            {
                throw new FormatException($"has a part \"{parts[0]}\" that is not understood");
            }
        }
        return parsed;
    }
}
