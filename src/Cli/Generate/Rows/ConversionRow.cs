namespace Tapline.Cli.Generate.Rows;

/// <summary>A row of marketing.conversions.</summary>
sealed record ConversionRow(long Id, Guid LeadId, Guid? AccountId, string Kind, decimal MrrAmount,
    decimal ContractValue, long ConvertedAt, long CreatedAt, long UpdatedAt) : BarRow(BarTable.Conversions)
{
    public override void Write(RowWriter row)
    {
        row.Add(Id).Add(LeadId).Add(AccountId).Add(Kind).AddDecimal(MrrAmount, 2).AddDecimal(ContractValue, 2)
            .AddTime(ConvertedAt).AddTime(CreatedAt).AddTime(UpdatedAt);
    }
}
