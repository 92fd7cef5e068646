using System.Globalization;
using System.Text;
using Tapline.Cli.Demo;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Cli.Bench;

/// <summary>Rows of two of the bar business's tables as PostgreSQL sends them, as text: the widest one that changes
/// often, and one of middling width.</summary>
static class BarRows
{
    /// <summary><c>app.devices</c>: 17 columns.</summary>
    public static TableSchema Devices { get; } = Schema("devices",
        ("id", "uuid"), ("serial_number", "text"), ("account_id", "uuid"), ("location_id", "uuid"), ("model", "text"),
        ("hw_revision", "text"), ("firmware_version", "text"), ("status", "text"), ("line_no", "smallint"),
        ("product_name", "text"), ("timezone", "text"), ("installed_at", "timestamp with time zone"),
        ("retired_at", "timestamp with time zone"), ("warranty_until", "date"), ("config", "jsonb"),
        ("created_at", "timestamp with time zone"), ("updated_at", "timestamp with time zone"));

    /// <summary><c>app.users</c>: 11 columns.</summary>
    public static TableSchema Users { get; } = Schema("users",
        ("id", "uuid"), ("account_id", "uuid"), ("location_id", "uuid"), ("email", "text"), ("full_name", "text"),
        ("role", "text"), ("status", "text"), ("preferences", "jsonb"), ("last_login_at", "timestamp with time zone"),
        ("created_at", "timestamp with time zone"), ("updated_at", "timestamp with time zone"));

    /// <summary>A device as it is now.</summary>
    public static RowText Device(BarModel model, Guid id, int number) => Text(
        id.ToString(), $"TL-{number:D6}", model.Pick(model.Accounts).ToString(), model.Pick(model.Accounts).ToString(),
        model.Pick(BarWords.Models), "B", model.Pick(BarWords.Firmware), model.Chance(80) ? "active" : "maintenance",
        model.Random.Next(1, 12).ToString(CultureInfo.InvariantCulture),
        model.Chance(90) ? $"{model.Pick(BarWords.Adjectives)} Lager" : null, model.Pick(BarWords.Places).Zone,
        Time(model.Past(400)), null, null, """{"flow": 1.0}""", Time(model.Past(400)), Time(model.Now));

    /// <summary>A user as it is now.</summary>
    public static RowText User(BarModel model, Guid id, int number) => Text(
        id.ToString(), model.Pick(model.Accounts).ToString(),
        model.Chance(60) ? model.Pick(model.Accounts).ToString() : null,
        $"user{number}@example.com", $"{model.Pick(BarWords.FirstNames)} {model.Pick(BarWords.LastNames)}",
        model.Pick(BarWords.Roles), "active", """{"theme": "dark"}""", model.Chance(50) ? Time(model.Past(30)) : null,
        Time(model.Past(400)), Time(model.Now));

    static TableSchema Schema(string name, params ReadOnlySpan<(string Name, string Type)> columns)
    {
        var typed = new List<ColumnSchema>();
        foreach (var (column, type) in columns)
            typed.Add(PostgresTypes.Column(column, type, nullable: true, keyOrdinal: typed.Count == 0 ? 0 : -1));
        return new TableSchema(new TableId("app", name), 1, [.. typed], WireFormat.Tapline);
    }

    static RowText Text(params ReadOnlySpan<string?> values)
    {
        var bytes = new byte[values.Length * 3 * 64];
        var length = 0;
        foreach (var value in values)
            length += Encoding.UTF8.GetBytes(value ?? "", bytes.AsSpan(length));
        var row = new RowText();
        row.Reset(bytes.AsMemory(0, length).ToArray());
        var start = 0;
        foreach (var value in values)
        {
            var size = Encoding.UTF8.GetByteCount(value ?? "");
            if (value is null)
                row.AddNull();
            else
                row.Add(start, size);
            start += size;
        }
        return row;
    }

    static string Time(DateTime time) => time.ToString("yyyy-MM-dd HH:mm:ss.ffffff'+00'", CultureInfo.InvariantCulture);
}
